import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.ops.resize_bilinear import resize_bilinear

MAPS = np.random.default_rng(0).standard_normal((2, 5, 4, 3)).astype("f")


@pytest.mark.backend_neutral
def test_the_same_size_is_left_alone():
    assert resize_bilinear(MAPS, (5, 4)) is MAPS


@pytest.mark.parametrize("size", [(10, 8), (3, 11), (1, 1), (5, 4)])
def test_unknown_sizes_are_resized_like_known_ones(size):
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("unknown sizes with TensorFlow")

    @tf.function(
        input_signature=[
            tf.TensorSpec((None, None, None, 3)),
            tf.TensorSpec((2,), "int32"),
        ]
    )
    def unknown(maps, size):
        return resize_bilinear(maps, (size[0], size[1]))

    known = ops.convert_to_numpy(resize_bilinear(MAPS, size))
    np.testing.assert_allclose(unknown(MAPS, size), known, atol=1e-6)
