import numpy as np
import pytest
from keras import ops

from semst_tf.layers import instance_normalization

pytestmark = pytest.mark.backend_neutral


def test_each_channel_of_each_picture_is_normalised_by_itself():
    random = np.random.default_rng(0)
    inputs = random.normal(3, 0.01, size=(2, 6, 5, 4)).astype("float32")
    inputs[1] *= 10
    mean = inputs.mean(axis=(1, 2), keepdims=True)
    variance = inputs.var(axis=(1, 2), keepdims=True)
    outputs = ops.convert_to_numpy(instance_normalization()(inputs))
    np.testing.assert_allclose(
        outputs, (inputs - mean) / np.sqrt(variance + 1e-5), atol=2e-3
    )


def test_there_is_nothing_to_train_and_nothing_to_remember():
    layer = instance_normalization()
    layer.build((None, None, None, 4))
    assert layer.weights == []
