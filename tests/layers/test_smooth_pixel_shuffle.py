import numpy as np
import pytest
from keras import ops

from semst_tf.layers import SmoothPixelShuffle

pytestmark = pytest.mark.backend_neutral


def test_pixels_come_in_the_order_of_their_channels():
    # One block of four colours in the middle of nothing.
    blocks = np.zeros((1, 3, 3, 8), "float32")
    blocks[0, 1, 1] = [1, 10, 2, 20, 3, 30, 4, 40]
    pixels = ops.convert_to_numpy(SmoothPixelShuffle()(blocks))
    sharp = np.zeros((6, 6), "float32")
    sharp[2:4, 2:4] = [[1, 2], [3, 4]]
    # The blur of a block of four, by hand.
    line = np.array([1, 2, 1]) / 4
    for axis in (0, 1):
        sharp = np.apply_along_axis(np.convolve, axis, sharp, line, "same")
    np.testing.assert_allclose(pixels[0, :, :, 0], sharp, atol=1e-6)
    np.testing.assert_allclose(pixels[0, :, :, 1], 10 * sharp, atol=1e-5)


@pytest.mark.parametrize("pattern", [[1, -1, -1, 1], [1, 1, -1, -1]])
def test_no_pattern_of_two_pixels_comes_through(pattern):
    blocks = np.tile(np.array(pattern, "float32"), (1, 5, 4, 1))
    pixels = ops.convert_to_numpy(SmoothPixelShuffle()(blocks))
    assert pixels.shape == (1, 10, 8, 1)
    np.testing.assert_allclose(pixels, 0, atol=1e-6)


def test_a_colour_stays_itself_up_to_the_border():
    pixels = SmoothPixelShuffle()(np.full((1, 1, 2, 12), 0.7, "float32"))
    np.testing.assert_allclose(pixels, np.full((1, 2, 4, 3), 0.7), atol=1e-6)


def test_channels_that_make_no_blocks_are_refused():
    with pytest.raises(ValueError, match="multiple of 4 channels"):
        SmoothPixelShuffle()(np.zeros((1, 2, 2, 6), "float32"))
