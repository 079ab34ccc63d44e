import numpy as np
import pytest
from keras import ops

from semst_tf.losses.info_nce import info_nce
from semst_tf.losses.info_nce import negative_mask

pytestmark = pytest.mark.backend_neutral


def array(tensor):
    return ops.convert_to_numpy(tensor)


def test_length_of_tokens_does_not_matter():
    rng = np.random.default_rng(0)
    query, key = rng.standard_normal((2, 1, 12, 6)).astype("float32")
    scaled = info_nce(7.0 * query, 0.1 * key)
    np.testing.assert_allclose(
        array(scaled), array(info_nce(query, key)), rtol=1e-4
    )


def test_bound_reaches_the_log_of_the_positions_for_distinct_tokens():
    tokens = np.eye(16, dtype="float32")[None]
    bound = np.log(16.0) - array(info_nce(tokens, tokens)).mean()
    assert bound == pytest.approx(np.log(16.0), abs=1e-2)


def test_masked_positions_are_no_negatives():
    tokens = np.full((1, 4, 3), 0.5, "float32")
    mask = np.zeros((1, 4, 4), bool)
    mask[0, 0, 1:3] = True
    loss = array(info_nce(tokens, tokens, negative_mask=mask))
    np.testing.assert_allclose(loss[0], [np.log(3.0), 0, 0, 0], atol=1e-6)


def test_position_is_never_its_own_negative():
    tokens = np.eye(4, dtype="float32")[None]
    everything = np.ones((1, 4, 4), bool)
    np.testing.assert_allclose(
        array(info_nce(tokens, tokens, negative_mask=everything)),
        array(info_nce(tokens, tokens)),
    )


def test_overlapping_windows_are_left_out_by_chebyshev_distance():
    positions = np.array([[0, 0], [2, 2], [0, 3], [3, 0]], "int32")
    tokens = np.zeros((1, 4, 2), "float32")
    mask = array(negative_mask(tokens, positions, exclusion_radius=2))[0]
    expected = [
        [False, False, True, True],
        [False, False, False, False],
        [True, False, False, True],
        [True, False, True, False],
    ]
    assert (mask == expected).all()


def test_near_duplicates_are_left_out():
    tokens = np.array([[[1, 0], [9, 1], [0, 1]]], "float32")
    mask = array(negative_mask(tokens, duplicate_threshold=0.9))[0]
    assert not mask[0, 1] and not mask[1, 0]
    assert mask[0, 2] and mask[2, 1]
