import numpy as np
import pytest
from keras import ops

from semst_tf.layers import ResidualBlock

pytestmark = pytest.mark.backend_neutral


def built(**arguments):
    block = ResidualBlock(4, **arguments)
    block.build((None, None, None, 4))
    return block


def test_without_weights_it_passes_its_input_on():
    block = built()
    block.set_weights([np.zeros_like(w) for w in block.get_weights()])
    inputs = np.random.default_rng(0).normal(size=(1, 5, 6, 4))
    outputs = ops.convert_to_numpy(block(inputs.astype("float32")))
    np.testing.assert_allclose(outputs, inputs, atol=1e-6)


def test_a_constant_map_stays_constant_up_to_the_border():
    outputs = ops.convert_to_numpy(built(seed=0)(np.ones((1, 6, 6, 4))))
    np.testing.assert_allclose(outputs, 1, atol=1e-4)


def test_the_two_convolutions_start_differently():
    first, _, second, _ = built(seed=0).get_weights()
    assert (first != second).all()


def test_smallest_map_of_two_by_two_works():
    assert built()(np.zeros((1, 2, 2, 4))).shape == (1, 2, 2, 4)
