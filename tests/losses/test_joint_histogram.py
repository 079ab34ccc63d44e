import numpy as np
import pytest
from keras import ops

from semst_tf.losses import joint_histogram_information
from semst_tf.losses import soft_assignment
from semst_tf.losses import unit_prototypes

pytestmark = pytest.mark.backend_neutral


def information(source, output):
    value = joint_histogram_information(source, output)
    return float(ops.convert_to_numpy(value)[0])


def codes(classes):
    return np.eye(8, dtype="float32")[classes][None]


def test_identity_and_renumbering_reach_the_log_of_the_classes():
    classes = np.arange(256) % 8
    renumbered = (3 * classes + 5) % 8
    bound = pytest.approx(np.log(8.0), abs=1e-4)
    assert information(codes(classes), codes(classes)) == bound
    assert information(codes(classes), codes(renumbered)) == bound


def test_random_flipping_tells_almost_nothing():
    classes = np.arange(256) % 8
    flipped = np.random.default_rng(0).integers(0, 8, 256)
    assert information(codes(classes), codes(flipped)) < 0.2


def test_merging_two_classes_costs_their_distinction():
    classes = np.arange(256) % 8
    merged = codes(classes // 2)
    assert information(codes(classes), merged) == pytest.approx(
        np.log(4.0), abs=1e-4
    )


def test_sides_may_have_different_numbers_of_codes():
    classes = np.arange(64) % 4
    value = information(np.eye(4)[classes][None], np.eye(9)[classes][None])
    assert value == pytest.approx(np.log(4.0), abs=1e-4)


def test_assignment_is_a_probability_that_favours_the_nearest_prototype():
    prototypes = unit_prototypes(5, 16)
    assigned = ops.convert_to_numpy(
        soft_assignment(prototypes[None], prototypes)
    )
    np.testing.assert_allclose(assigned.sum(-1), 1.0, rtol=1e-5)
    assert (assigned[0].argmax(-1) == np.arange(5)).all()


def test_prototypes_have_length_one_and_follow_the_seed():
    prototypes = unit_prototypes(32, 7, seed=3)
    np.testing.assert_allclose(
        np.linalg.norm(prototypes, axis=-1), 1.0, rtol=1e-5
    )
    assert (prototypes == unit_prototypes(32, 7, seed=3)).all()
    assert (prototypes != unit_prototypes(32, 7, seed=4)).any()
