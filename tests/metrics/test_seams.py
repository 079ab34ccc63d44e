import numpy as np
import pytest

from semst_tf.metrics.seams import seam_ratio
from semst_tf.metrics.seams import tile_borders


def noise(height=40, width=64):
    random = np.random.default_rng(0)
    return random.normal(0, 0.1, (height, width, 3)).astype("float32")


def test_borders_are_where_tiles_begin_and_end():
    # Tiles of 16 at 0, 8 and, shifted inward, 16.
    assert tile_borders(32, 16) == [7, 15, 23]
    assert tile_borders(29, 16) == [7, 15, 23]
    assert tile_borders(16, 16) == []


def test_an_image_without_seams_is_near_one():
    assert seam_ratio(noise(), tile=16) == pytest.approx(1.0, abs=0.1)


@pytest.mark.parametrize("axis", [0, 1])
def test_a_step_at_a_border_is_seen(axis):
    whole = noise()
    tiled = whole.copy()
    np.moveaxis(tiled, axis, 0)[8:16] += 1.0
    assert seam_ratio(tiled, tile=16) > 1.5
    assert seam_ratio(tiled, whole, tile=16) > 1.5


def test_a_step_that_the_whole_has_too_is_no_seam():
    whole = noise()
    whole[:, 8:] += 1.0
    assert seam_ratio(whole, tile=16) > 1.5
    assert seam_ratio(whole, whole, tile=16) == 1.0


def test_integers_do_not_wrap_around():
    tiled = np.zeros((8, 32, 1), "uint8")
    tiled[:, 8:] = 1
    falling = 1 - tiled
    whole = np.tile(np.arange(32, dtype="uint8")[:, None], (8, 1, 1))
    first = seam_ratio(tiled, whole, tile=16)
    assert first == pytest.approx(seam_ratio(falling, whole, tile=16))


@pytest.mark.parametrize("size", [(1, 1), (1, 9), (16, 16)])
def test_one_tile_has_no_seams(size):
    assert np.isnan(seam_ratio(np.zeros((*size, 3)), tile=16))


def test_images_that_do_not_match_are_refused():
    with pytest.raises(ValueError, match=r"Received: \(40, 64, 3\) and"):
        seam_ratio(noise(), noise(40, 63))
    with pytest.raises(ValueError, match="Received: shape="):
        seam_ratio(np.zeros((4, 4)))
