import numpy as np
import pytest

from semst_tf.tiling.boxes import Box
from semst_tf.tiling.boxes import cover
from semst_tf.tiling.boxes import hann
from semst_tf.tiling.boxes import overlapping_starts
from semst_tf.tiling.running_moments import RunningMoments

pytestmark = pytest.mark.backend_neutral


@pytest.mark.parametrize("size", [(1, 1), (8, 8), (9, 30), (31, 17)])
def test_boxes_cover_every_pixel_once(size):
    count = np.zeros(size, int)
    for box in cover(*size, 8):
        count[box.top : box.bottom, box.left : box.right] += 1
    np.testing.assert_array_equal(count, 1)


@pytest.mark.parametrize("size", [4, 8, 12, 20, 44])
def test_the_last_tile_ends_with_the_image(size):
    starts = overlapping_starts(size, tile=8, step=4)
    assert starts[0] == 0
    assert starts[-1] + 8 == max(size, 8)
    assert all(b - a <= 4 for a, b in zip(starts, starts[1:]))
    assert len(set(starts)) == len(starts)


def test_a_box_grows_only_as_far_as_the_image_goes():
    grown = Box(0, 8, 8, 16).grown(4, height=10, width=40)
    assert grown == Box(0, 4, 10, 20)
    assert Box(0, 8, 8, 16).inside(grown) == (slice(0, 8), slice(4, 12))


@pytest.mark.parametrize("size", [1, 2, 7, 512])
def test_no_pixel_of_a_window_weighs_nothing(size):
    window = hann(size)
    assert window.shape == (size,)
    assert window.min() >= 1e-3 and window.max() <= 1.0


def test_moments_of_pieces_are_those_of_the_whole():
    random = np.random.default_rng(0)
    values = random.normal(100.0, 0.1, (50, 3)) + random.normal(size=3)
    moments = RunningMoments()
    for piece in np.split(values, [1, 4, 30]):
        moments.add(piece.mean(0), piece.var(0), len(piece))
    mean, variance = moments.result()
    np.testing.assert_allclose(mean, values.mean(0), rtol=1e-6)
    np.testing.assert_allclose(variance, values.var(0), rtol=1e-5)
