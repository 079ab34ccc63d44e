"""What every loss on tokens promises."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops

from semst_tf.losses import HardNegativeNCE
from semst_tf.losses import MutualInformation
from semst_tf.losses import PatchNCE
from semst_tf.losses import SemanticRelation

pytestmark = pytest.mark.backend_neutral

TOKEN_LOSSES = [
    PatchNCE(temperature=0.1),
    HardNegativeNCE(gamma=0.3, duplicate_threshold=0.95),
    HardNegativeNCE(gamma=1.0, weighting="similarity"),
    SemanticRelation(temperature=0.5),
    MutualInformation("infonce", duplicate_threshold=0.9),
    MutualInformation("rsmi"),
    MutualInformation("correlation_ratio"),
    MutualInformation("soft_infonce", temperature=0.2),
    MutualInformation("self_similarity", center=False),
    MutualInformation("cosine"),
]
NAMES = [
    "patch_nce",
    "importance",
    "similarity",
    "semantic_relation",
    "infonce",
    "rsmi",
    "correlation_ratio",
    "soft_infonce",
    "self_similarity",
    "cosine",
]
every_loss = pytest.mark.parametrize("loss", TOKEN_LOSSES, ids=NAMES)


def unit_tokens(shape, seed):
    tokens = np.random.default_rng(seed).standard_normal(shape)
    lengths = np.linalg.norm(tokens, axis=-1, keepdims=True)
    return (tokens / lengths).astype("float32")


def value_and_gradient(loss, key, query):
    value = ops.convert_to_numpy(loss.call(key, query))
    slope = gradient(lambda query: ops.sum(loss.call(key, query)), query)
    return value, slope


@every_loss
@pytest.mark.parametrize("channels", [1, 5])
@pytest.mark.parametrize("patches", [1, 2, 7])
def test_few_patches_and_channels_give_finite_losses(loss, patches, channels):
    key, query = unit_tokens((2, 2, patches, channels), 1)
    value, slope = value_and_gradient(loss, key, query)
    assert np.isfinite(value).all() and np.isfinite(slope).all()


@pytest.mark.parametrize(
    "loss",
    [
        loss
        for loss in TOKEN_LOSSES
        if getattr(loss, "estimator", "") != "cosine"
    ],
)
def test_single_patch_has_nothing_to_compare_and_costs_nothing(loss):
    key, query = unit_tokens((2, 2, 1, 8), 1)
    value, _ = value_and_gradient(loss, key, query)
    # A token of length zero, as the only one less its mean is, counts as 1.
    nothing = 1.0 if getattr(loss, "estimator", "") == "cosine" else 0.0
    # The regularised rsmi estimate is not exactly 0 for a single sample.
    np.testing.assert_allclose(value, nothing, atol=2e-3)


@every_loss
def test_shapes_that_do_not_match_are_refused(loss):
    with pytest.raises(ValueError, match="Received: query.shape="):
        loss.call(
            np.zeros((1, 6, 4), "float32"), np.zeros((1, 5, 4), "float32")
        )
    with pytest.raises(ValueError, match="Received: query.shape="):
        loss.call(np.zeros((6, 4), "float32"), np.zeros((6, 4), "float32"))


@pytest.mark.parametrize("loss", TOKEN_LOSSES[:3], ids=NAMES[:3])
def test_training_on_the_loss_pairs_the_patches(loss):
    key, query = unit_tokens((2, 1, 12, 8), 5)
    start = np.mean(np.sum(key * query, axis=-1))
    for _ in range(60):
        slope = gradient(lambda query: loss(key, query), query)
        query = query - 0.5 * slope
        query /= np.linalg.norm(query, axis=-1, keepdims=True)
    assert np.mean(np.sum(key * query, axis=-1)) > start + 0.5
