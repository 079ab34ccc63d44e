"""Means over areas, of sizes that divide and that do not."""

import numpy as np
import pytest
from keras import ops

from semst_tf.ops.area_average import area_average

pytestmark = pytest.mark.backend_neutral


def test_cells_of_whole_pixels_are_means_of_blocks():
    maps = np.random.default_rng(0).uniform(size=(2, 6, 8, 3)).astype("f")
    blocks = maps.reshape(2, 3, 2, 2, 4, 3).mean((2, 4))
    np.testing.assert_allclose(area_average(maps, 3, 2), blocks, rtol=1e-5)
    np.testing.assert_allclose(area_average(maps, 6, 8), maps, rtol=1e-6)


@pytest.mark.parametrize("size", [(3, 2), (4, 7), (1, 1), (5, 3)])
def test_no_pixel_is_lost_or_counted_twice(size):
    maps = np.random.default_rng(0).uniform(size=(2, 7, 11, 2)).astype("f")
    cells = ops.convert_to_numpy(area_average(maps, *size))
    assert cells.shape == (2, *size, 2)
    np.testing.assert_allclose(cells.mean((1, 2)), maps.mean((1, 2)), rtol=1e-5)


def test_a_pixel_on_the_border_counts_by_its_parts():
    maps = np.array([0.0, 1.0, 0.0], "f").reshape(1, 1, 3, 1)
    cells = ops.convert_to_numpy(area_average(maps, 1, 2))
    np.testing.assert_allclose(cells.ravel(), [1 / 3, 1 / 3], rtol=1e-6)
