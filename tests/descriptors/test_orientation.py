import numpy as np
import pytest
from keras import ops
from random_images import mean_cosine
from random_images import scene
from random_images import stripes

from semst_tf.descriptors import OrientationField

pytestmark = pytest.mark.backend_neutral


def compute(images, **arguments):
    return ops.convert_to_numpy(OrientationField(**arguments)(images))


@pytest.mark.parametrize(
    "change",
    [
        lambda image: -image,
        lambda image: image + 0.25,
        lambda image: 0.8 * image - 0.1,
    ],
    ids=["inverted", "brighter", "darker and softer"],
)
def test_tone_changes_leave_the_structure(change):
    image = scene()
    assert mean_cosine(compute(image), compute(change(image))) > 0.99


def test_other_content_is_another_structure():
    first, second = compute(scene(0)), compute(scene(1))
    moved = compute(np.roll(scene(0), 12, axis=2))
    assert mean_cosine(first, second) < 0.85
    assert mean_cosine(first, moved) < 0.85


def test_edge_directions_fall_into_their_bins():
    for turn, direction in ((0, (0, 1)), (4, (1, 0)), (2, (0.7, 0.7))):
        field = compute(stripes(direction), constant=0.0)
        directions = field.reshape(*field.shape[:3], 9, 8).sum(axis=3)
        assert (directions[0, 3:-3, 3:-3].argmax(-1) == turn).all()


def test_field_has_length_one_and_73_channels_by_default():
    field = compute(scene())
    assert field.shape == (1, 16, 16, 73)
    np.testing.assert_allclose(np.linalg.norm(field, axis=-1), 1.0, rtol=1e-5)


def test_flat_is_a_descriptor_of_its_own():
    flat = compute(np.full((1, 16, 16, 3), 0.3, "float32"))
    np.testing.assert_allclose(flat[..., -1], 1.0, rtol=1e-5)
    rng = np.random.default_rng(0)
    grain = compute(0.01 * rng.standard_normal((1, 16, 16, 3)))
    assert mean_cosine(flat, grain) > 0.99
    edges = compute(stripes((0, 1), size=16))
    assert mean_cosine(flat, edges) < 0.7


def test_without_constant_flat_fades_to_zero():
    flat = compute(np.zeros((1, 16, 16, 3), "float32"), constant=0.0)
    assert flat.shape[-1] == 72
    assert not flat.any()


def test_neighbours_are_the_field_of_the_cells_beside():
    image = scene()
    single = compute(image, neighbourhood=1, constant=0.0, soft_norm=1e3)
    full = compute(image, constant=0.0, soft_norm=1e3)
    left, centre = full[..., 3 * 8 : 4 * 8], full[..., 4 * 8 : 5 * 8]
    np.testing.assert_allclose(centre, single, rtol=1e-4, atol=1e-9)
    np.testing.assert_allclose(
        left[:, :, 1:], single[:, :, :-1], rtol=1e-4, atol=1e-9
    )
