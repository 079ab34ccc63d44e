import numpy as np
import pytest
from keras import ops

from semst_tf.layers.match_channels import match_channels

pytestmark = pytest.mark.backend_neutral


def random_images(channels):
    random = np.random.default_rng(0)
    return random.uniform(-1, 1, (2, 4, 5, channels)).astype("float32")


def matched(images, channels):
    return ops.convert_to_numpy(match_channels(images, channels))


@pytest.mark.parametrize("channels", [1, 3, 5])
def test_images_that_match_already_are_returned_as_they_are(channels):
    images = random_images(channels)
    assert match_channels(images, channels) is images


def test_colour_becomes_luminance():
    images = random_images(3)
    np.testing.assert_allclose(
        matched(images, 1)[..., 0],
        images @ np.array([0.299, 0.587, 0.114]),
        atol=1e-6,
    )


def test_grey_is_repeated():
    images = random_images(1)
    np.testing.assert_array_equal(
        matched(images, 3), np.tile(images, (1, 1, 1, 3))
    )


@pytest.mark.parametrize(
    ("available", "wanted"), [(1, 3), (3, 1), (5, 1), (5, 3), (3, 5), (2, 7)]
)
def test_black_and_white_stay_black_and_white(available, wanted):
    for value in (-1.0, 1.0):
        images = np.full((1, 2, 2, available), value, "float32")
        np.testing.assert_allclose(matched(images, wanted), value, atol=1e-6)
    between = matched(random_images(available), wanted)
    assert between.shape[-1] == wanted
    assert np.abs(between).max() <= 1


@pytest.mark.parametrize(("available", "wanted"), [(5, 3), (3, 5)])
def test_outer_channels_stay_the_outer_ones(available, wanted):
    images = random_images(available)
    changed = matched(images, wanted)
    np.testing.assert_allclose(changed[..., 0], images[..., 0], atol=1e-6)
    np.testing.assert_allclose(changed[..., -1], images[..., -1], atol=1e-6)
