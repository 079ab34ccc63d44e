import numpy as np
import pytest

from semst_tf.data.resize import FILTERS
from semst_tf.data.resize import parse_crop_size
from semst_tf.data.resize import resize_image
from semst_tf.data.resize import resized_shape


@pytest.mark.parametrize(
    ("resize", "expected"),
    [
        (None, (100, 200)),
        (50, (25, 50)),
        ("50", (25, 50)),
        ((30, 40), (30, 40)),
        ("30x40", (30, 40)),
        ("short:50", (50, 100)),
        (1, (1, 1)),
    ],
)
def test_every_way_to_write_a_size(resize, expected):
    assert resized_shape(100, 200, resize) == expected


@pytest.mark.parametrize(
    "resize",
    [0, -1, 2.5, True, "", "x", "3x", "short:", "short:3x4", "-2", (1, 2, 3)],
)
def test_senseless_sizes_are_refused(resize):
    with pytest.raises(ValueError, match="Received: resize"):
        resized_shape(100, 200, resize)


def test_crop_sizes_are_height_then_width():
    assert parse_crop_size(8) == (8, 8)
    assert parse_crop_size("8x12") == (8, 12)
    assert parse_crop_size((8, 12)) == (8, 12)
    assert parse_crop_size(None) is None
    with pytest.raises(ValueError, match="Received: crop_size=-8"):
        parse_crop_size(-8)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32"])
@pytest.mark.parametrize("channels", [1, 3, 5])
@pytest.mark.parametrize("resize_filter", FILTERS)
def test_dtype_channels_and_constant_colour_survive(
    dtype, channels, resize_filter
):
    colour = np.arange(1, channels + 1).astype(dtype) * 40
    image = np.broadcast_to(colour, (10, 14, channels))
    resized = resize_image(image, (5, 9), resize_filter)
    assert resized.shape == (5, 9, channels)
    assert resized.dtype == np.dtype(dtype)
    np.testing.assert_allclose(
        resized, np.broadcast_to(colour, (5, 9, channels))
    )


def test_shrinking_is_anti_aliased():
    stripes = np.tile(np.array([0, 255], "uint8"), (32, 16))[..., None]
    resized = resize_image(stripes, (8, 8))
    assert np.abs(resized.astype(int) - 128).max() < 16


@pytest.mark.parametrize("dtype", ["uint16", "float32"])
def test_ringing_stays_within_the_range_of_the_image(dtype):
    edge = np.zeros((8, 8, 1), dtype)
    edge[:, 4:] = 60000
    resized = resize_image(edge, (31, 31), "lanczos")
    assert resized.min() == 0
    assert resized.max() == 60000


def test_unknown_filter_is_refused():
    with pytest.raises(ValueError, match="Received: resize_filter='cubic'"):
        resize_image(np.zeros((4, 4, 3), "uint8"), (2, 2), "cubic")
