import numpy as np
import pytest
from keras import ops

from semst_tf.ops.luminance import luminance
from semst_tf.ops.mirror import reflect_pad

pytestmark = pytest.mark.backend_neutral


@pytest.mark.parametrize("size", [(1, 1), (2, 5), (4, 3), (9, 12)])
@pytest.mark.parametrize("amount", [0, 1, 3, 9])
def test_padding_mirrors_maps_of_any_size(size, amount):
    maps = np.random.default_rng(0).standard_normal((2, *size, 3))
    border = (amount, amount)
    expected = np.pad(maps, ((0, 0), border, border, (0, 0)), mode="reflect")
    actual = reflect_pad(ops.convert_to_tensor(maps, "float32"), amount)
    np.testing.assert_allclose(
        ops.convert_to_numpy(actual), expected.astype("float32")
    )


def test_luminance_weighs_green_most_and_white_fully():
    colours = np.array([[1, 0, 0], [0, 1, 0], [0, 0, 1], [1, 1, 1]], "float32")
    brightness = ops.convert_to_numpy(luminance(colours[None, None]))
    np.testing.assert_allclose(
        brightness.ravel(), [0.299, 0.587, 0.114, 1.0], rtol=1e-6
    )


@pytest.mark.parametrize("channels", [1, 2, 5])
def test_luminance_of_other_channel_counts_is_their_mean(channels):
    images = np.random.default_rng(0).random((1, 3, 4, channels), "float32")
    np.testing.assert_allclose(
        ops.convert_to_numpy(luminance(images)),
        images.mean(-1, keepdims=True),
        rtol=1e-6,
    )
