import numpy as np
import pytest
from keras import ops
from random_images import mean_cosine
from random_images import scene
from random_images import stripes

from semst_tf.descriptors import SecondMomentField
from semst_tf.descriptors.filter_bank import texture_filters

pytestmark = pytest.mark.backend_neutral


def compute(images, **arguments):
    return ops.convert_to_numpy(SecondMomentField(**arguments)(images))


def test_brightness_and_colour_are_not_texture():
    image = scene()
    tinted = image + np.array([0.2, -0.1, 0.1], "float32")
    np.testing.assert_allclose(compute(tinted), compute(image), atol=1e-3)


def test_texture_does_not_depend_on_where_its_stripes_begin():
    first = compute(stripes((0, 1)))
    shifted = compute(stripes((0, 1), phase=3))
    assert mean_cosine(first, shifted) > 0.95


@pytest.mark.parametrize(
    "other", [stripes((1, 0)), stripes((0, 1), period=4), scene(size=48)]
)
def test_other_textures_differ(other):
    inside = np.s_[:, 3:-3, 3:-3]
    first = compute(stripes((0, 1)))
    assert mean_cosine(first[inside], compute(other)[inside]) < 0.9


def test_flat_image_has_no_texture():
    flat = compute(np.full((1, 24, 24, 3), 0.4, "float32"))
    np.testing.assert_allclose(flat, 0.0, atol=1e-2)
    assert np.linalg.norm(compute(scene()), axis=-1).min() > 0.9


def test_window_is_centred_on_its_cell():
    image = np.zeros((1, 44, 44, 1), "float32")
    image[0, 21:23, 21:23] = 1.0  # the middle of the middle cell
    strength = np.linalg.norm(compute(image), axis=-1)[0]
    assert 0 < np.count_nonzero(strength > 0.1) < 100
    np.testing.assert_allclose(strength, strength[::-1], atol=1e-4)
    np.testing.assert_allclose(strength, strength[:, ::-1], atol=1e-4)


@pytest.mark.parametrize("channels, count", [(1, 10), (3, 12), (5, 10)])
def test_filters_ignore_flat_images_and_are_independent(channels, count):
    filters = texture_filters(channels)
    assert filters.shape == (7, 7, channels, count)
    np.testing.assert_allclose(filters.sum(axis=(0, 1)), 0.0, atol=1e-6)
    assert np.linalg.matrix_rank(filters.reshape(-1, count)) == count
