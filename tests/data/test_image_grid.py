import numpy as np
import pytest

from semst_tf.data.image_grid import image_grid


def flat(height, width, value, channels=3, dtype="uint8"):
    return np.full((height, width, channels), value, dtype)


def test_images_stand_in_their_row_and_column():
    rows = [
        [flat(8, 8, 10), flat(8, 8, 20)],
        [flat(8, 8, 30), flat(8, 8, 40)],
    ]
    grid = image_grid(rows, height=8, gap=2)
    assert grid.shape == (18, 18, 3) and grid.dtype == np.uint8
    assert grid[0, 0, 0] == 10 and grid[0, 10, 0] == 20
    assert grid[10, 0, 0] == 30 and grid[10, 10, 0] == 40
    assert (grid[8:10] == 255).all() and (grid[:, 8:10] == 255).all()


@pytest.mark.parametrize(
    ("size", "width"), [((10, 30), 12), ((30, 10), 1), ((4, 4), 4), ((7, 1), 1)]
)
def test_images_keep_their_aspect(size, width):
    assert image_grid([[flat(*size, 9)]], height=4).shape == (4, width, 3)


def test_columns_align_below_wider_images_and_short_rows():
    rows = [
        [flat(4, 8, 10), flat(4, 4, 20)],
        [flat(4, 2, 30), flat(4, 4, 40)],
        [flat(4, 4, 50)],
    ]
    grid = image_grid(rows, height=4, gap=1)
    assert grid.shape == (14, 13, 3)
    assert grid[0, 9, 0] == 20 and grid[5, 9, 0] == 40
    assert (grid[5:9, 2:9] == 255).all()
    assert (grid[10:, 9:] == 255).all()


@pytest.mark.parametrize(
    ("dtype", "value", "shown"),
    [
        ("uint8", 255, 255),
        ("uint16", 65535, 255),
        ("uint16", 255, 1),
        ("float32", 1, 255),
        ("float32", -1, 0),
        ("float64", 0, 128),
    ],
)
def test_every_type_is_shown_in_its_own_range(dtype, value, shown):
    grid = image_grid([[flat(4, 4, value, dtype=dtype)]], height=4)
    assert abs(int(grid[0, 0, 0]) - shown) <= 1


@pytest.mark.parametrize("channels", [4, 5])
def test_of_many_channels_the_first_three_are_shown(channels):
    image = flat(4, 4, 200, channels)
    image[..., :3] = (70, 80, 90)
    grid = image_grid([[image]], height=4)
    assert grid.shape == (4, 4, 3) and (grid == (70, 80, 90)).all()


@pytest.mark.parametrize("channels", [1, 2])
def test_other_channel_counts_show_the_first_as_grey(channels):
    image = flat(4, 4, 200, channels)
    image[..., 0] = 70
    grid = image_grid([[image]], height=4)
    assert grid.shape == (4, 4, 3) and (grid == 70).all()
