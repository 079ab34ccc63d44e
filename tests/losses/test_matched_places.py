import numpy as np
import pytest
from keras import ops

from semst_tf.losses.matched_places import matched_places

pytestmark = pytest.mark.backend_neutral

KINDS = np.eye(3, 8, dtype="float32") * 5


def image(rows):
    return KINDS[np.array(rows)][None]


def numpy(values):
    return ops.convert_to_numpy(values)[0, :, :, 0]


def test_kinds_weigh_in_one_image_what_they_weigh_in_the_other():
    source = image([[0, 0, 0, 1]])
    target = image([[0, 1, 1, 1], [2, 2, 1, 1]])
    weights = matched_places(source, target)
    # The target is 1/8 of kind 0 and 5/8 of kind 1; a quarter is of a kind
    # that the source does not show.
    of_source = numpy(weights.source)
    assert of_source[0, 3] > 3 * of_source[0, 0]
    of_target = numpy(weights.target)
    assert of_target[0, 0] > 5 * of_target[0, 1]
    assert (of_target[1, :2] < of_target[0, 0]).all()
    np.testing.assert_allclose(of_target[0, 0] / 8, 0.75, atol=0.02)


def test_weights_have_the_shape_of_their_image_and_mean_one():
    random = np.random.default_rng(0)
    source = random.standard_normal((2, 3, 5, 8)).astype("float32")
    target = random.standard_normal((2, 4, 2, 8)).astype("float32")
    weights = matched_places(source, target)
    assert tuple(weights.source.shape) == (2, 3, 5, 1)
    assert tuple(weights.target.shape) == (2, 4, 2, 1)
    for maps in map(ops.convert_to_numpy, weights):
        assert (maps >= 0).all()
        np.testing.assert_allclose(maps.mean((1, 2, 3)), 1, rtol=1e-5)
    alone = matched_places(source[1:], target[1:])
    np.testing.assert_allclose(
        ops.convert_to_numpy(alone.source),
        ops.convert_to_numpy(weights.source)[1:],
        rtol=1e-4,
    )


def test_equal_images_and_flat_images_are_weighed_evenly():
    same = image([[0, 1], [1, 2]])
    np.testing.assert_allclose(
        numpy(matched_places(same, same).target), 1, atol=1e-4
    )
    flat = np.ones((1, 2, 2, 8), "float32")
    np.testing.assert_allclose(numpy(matched_places(flat, same).target), 1)


def test_without_centres_what_only_one_image_shows_counts_less():
    source = image([[0, 0, 0, 1]])
    target = image([[1, 2, 1, 2]])
    centered = numpy(matched_places(source, target).source)
    plain = numpy(matched_places(source, target, center=False).source)
    assert plain[0, 0] < 0.8 * centered[0, 0]
    assert plain[0, 3] > centered[0, 3]


def test_without_centres_the_tint_of_a_domain_counts():
    source = image([[0, 1]])
    target = image([[0, 1, 1]]) + 200 * KINDS[2]
    for center in (True, False):
        found = numpy(matched_places(source, target, center=center).target)
        told_apart = np.ptp(found) > 0.1
        assert told_apart == center


def test_what_does_not_fit_is_refused():
    with pytest.raises(ValueError, match="Received: source.shape"):
        matched_places(np.ones((1, 2, 2, 8)), np.ones((1, 2, 2, 7)))
    with pytest.raises(ValueError, match="Received: temperature=0"):
        matched_places(np.ones((1, 2, 2, 8)), np.ones((1, 2, 2, 8)), 0)
