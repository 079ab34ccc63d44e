import collections

import numpy as np
import pytest

from semst_tf.data.crop_grid import CropGrid


@pytest.mark.parametrize(
    ("image", "crop", "corners"),
    [
        ((128, 256), (128, 128), [(0, 0), (0, 64), (0, 128)]),
        ((8, 8), (8, 8), [(0, 0)]),
        ((8, 9), None, [(0, 0)]),
        ((10, 8), (8, 8), [(0, 0), (2, 0)]),
    ],
)
def test_crops_touch_the_borders_and_overlap_by_half(image, crop, corners):
    grid = CropGrid(image, crop)
    assert grid.corners() == corners
    assert len(grid) == len(corners)


@pytest.mark.parametrize("image", [(8, 8), (9, 8), (13, 31), (24, 17)])
def test_every_corner_belongs_to_one_crop_that_can_draw_it(image):
    crop = (8, 5)
    grid = CropGrid(image, crop)
    corners = grid.corners()
    owned = collections.defaultdict(set)
    for top in range(image[0] - crop[0] + 1):
        for left in range(image[1] - crop[1] + 1):
            number = grid.nearest((top, left))
            owned[number].add((top, left))
            # Half of half a crop, and the half pixel of odd sizes.
            away = np.abs(np.subtract(corners[number], (top, left)))
            assert (away <= np.divide(crop, 4) + 1).all()
    assert sorted(owned) == list(range(len(grid)))
    for number, corner in enumerate(corners):
        assert corner in owned[number]
        random = np.random.default_rng(number)
        drawn = {grid.draw(number, random) for _ in range(400)}
        assert drawn == owned[number]
