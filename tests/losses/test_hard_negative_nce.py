from pathlib import Path

import numpy as np
import pytest
from gradients import gradient
from keras import ops

from semst_tf.losses import HardNegativeNCE
from semst_tf.losses.hard_negative_nce import gamma_schedule
from semst_tf.losses.hard_negative_nce import hard_negative_nce
from semst_tf.losses.hard_negative_nce import importance_weights
from semst_tf.losses.hard_negative_nce import similarity_weights

pytestmark = pytest.mark.backend_neutral


@pytest.fixture(scope="module")
def reference():
    path = Path(__file__).parents[1] / "reference" / "losses.npz"
    return dict(np.load(path))


def array(tensor):
    return ops.convert_to_numpy(tensor)


def test_similarity_weights_are_those_of_the_public_code(reference):
    weights = similarity_weights(
        reference["key"], float(reference["hdce_gamma"])
    )
    np.testing.assert_allclose(
        array(weights), reference["hdce_weights"], atol=1e-4
    )


def test_similarity_gradient_is_that_of_the_public_code(reference):
    def mean_loss(query):
        return ops.mean(
            hard_negative_nce(
                query,
                reference["key"],
                gamma=float(reference["hdce_gamma"]),
                weighting="similarity",
            )
        )

    actual = gradient(mean_loss, reference["query"])
    expected = reference["hdce_grad_query"]
    np.testing.assert_allclose(actual, expected, atol=1e-6)
    assert np.abs(expected).max() > 1e-2


@pytest.mark.parametrize("gamma", [0.05, 0.2, 1.0])
def test_importance_has_mean_one_over_the_negatives(reference, gamma):
    weights = array(importance_weights(reference["key"], gamma))
    np.testing.assert_allclose(weights.sum(-1) / 63, 1.0, rtol=1e-4)
    assert not np.diagonal(weights, axis1=1, axis2=2).any()


def test_importance_with_duplicates_has_mean_one_over_those_left():
    key = np.eye(4, dtype="float32")[None, [0, 0, 1, 2, 3]]
    negatives = np.array(key @ key.transpose(0, 2, 1) < 0.5)
    weights = array(importance_weights(key, 0.2, negatives))
    np.testing.assert_allclose(
        weights.sum(-1)[0], [3.0, 3.0, 4.0, 4.0, 4.0], rtol=1e-5
    )


def test_smaller_gamma_puts_more_weight_on_the_most_similar_patch(reference):
    key = reference["key"]
    heaviest = [
        array(importance_weights(key, gamma)).max(-1).mean()
        for gamma in (1.0, 0.5, 0.2)
    ]
    assert heaviest[0] < heaviest[1] < heaviest[2]


def test_importance_matches_the_weighted_sum_of_its_definition(reference):
    query, key = reference["query"], reference["key"]
    weights = array(importance_weights(key, 0.2)).astype("float64")
    cosines = np.einsum("bic,bjc->bij", query, key).astype("float64")
    denominator = np.sum(weights * np.exp(cosines / 0.07), axis=-1)
    positive = np.diagonal(cosines, axis1=1, axis2=2) / 0.07
    np.testing.assert_allclose(
        array(hard_negative_nce(query, key)),
        np.log(denominator) - positive,
        atol=1e-4,
    )


@pytest.mark.parametrize("weighting", ["importance", "similarity"])
def test_no_gradient_reaches_key_or_weights(reference, weighting):
    def mean_loss(key):
        return ops.mean(
            hard_negative_nce(reference["query"], key, weighting=weighting)
        )

    assert not gradient(mean_loss, reference["key"]).any()


@pytest.mark.parametrize("weighting", ["importance", "similarity"])
def test_duplicates_of_a_patch_do_not_repel_it(weighting):
    key = np.eye(4, dtype="float32")[None, [0, 0, 1, 2]]
    kept = HardNegativeNCE(weighting=weighting, reduction=None)(key, key)
    dropped = HardNegativeNCE(
        weighting=weighting, duplicate_threshold=0.98, reduction=None
    )(key, key)
    assert (array(dropped)[0, :2] < array(kept)[0, :2] - 5).all()
    np.testing.assert_allclose(array(dropped)[0, 2:], array(kept)[0, 2:])


def test_patch_whose_negatives_are_all_duplicates_costs_nothing():
    tokens = np.full((1, 5, 4), 0.5, "float32")

    def total(query):
        return ops.sum(
            hard_negative_nce(query, tokens, duplicate_threshold=0.9)
        )

    assert float(total(tokens)) == 0.0
    assert not gradient(total, tokens).any()


def test_call_gamma_replaces_the_gamma_of_the_constructor(reference):
    key, query = reference["key"], reference["query"]
    scheduled = gamma_schedule(0.25, start=1.0, end=0.2)
    actual = HardNegativeNCE(gamma=0.5).call(key, query, gamma=scheduled)
    expected = HardNegativeNCE(gamma=0.8).call(key, query)
    np.testing.assert_allclose(array(actual), array(expected), rtol=1e-4)


def test_gamma_schedule_stays_at_its_ends():
    values = [
        float(gamma_schedule(progress, 50.0, 10.0))
        for progress in (-1.0, 0.0, 0.5, 1.0, 2.0)
    ]
    assert values == [50.0, 50.0, 30.0, 10.0, 10.0]


@pytest.mark.parametrize(
    "arguments", [{"gamma": 0}, {"temperature": -1}, {"weighting": "hard"}]
)
def test_arguments_out_of_range_are_refused(arguments):
    with pytest.raises(ValueError, match="Received: "):
        HardNegativeNCE(**arguments)
