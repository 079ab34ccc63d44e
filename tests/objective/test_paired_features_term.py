"""Frozen features of pairs, and pairs that discriminators take for real."""

import numpy as np
import pytest
from keras import ops
from small import batch
from small import small_config
from small import small_model

from semst_tf.objective.frozen_features import FrozenFeatures
from semst_tf.ops.step_seeds import StepSeeds

pytestmark = pytest.mark.backend_neutral

NAMES = ("efficientnet_lite0/stride_4", "efficientnet_lite0/stride_8")


def with_pairs(count=2, size=32):
    pairs = batch(count, size, seed=5)
    return batch(count, size), {
        "paired_source": pairs["source"],
        "paired_target": pairs["target"],
    }


def terms_of(model, images, guides):
    return model.objective(
        images["source"], images["target"], 0.5, StepSeeds(0, 5), guides=guides
    )


def test_it_compares_features_of_the_pair_and_changes_no_other_term():
    fields = {"paired.weight": 2.0}
    compared = {
        "paired.feature_weight": 3.0,
        "paired.features": ",".join(NAMES),
    }
    plain = small_model("fast", **fields)
    model = small_model("fast", **fields, **compared)
    images, guides = with_pairs()
    found, discriminators, output = terms_of(model, images, guides)
    others, plain_discriminators, _ = terms_of(plain, images, guides)
    assert set(found) - set(others) == {"paired_features"}
    assert found["paired_features"].weight == 3.0
    translated = model.generator(guides["paired_source"])
    one, other = FrozenFeatures(NAMES)([translated, guides["paired_target"]])
    expected = sum(
        np.abs(np.subtract(one[name], other[name])).mean((1, 2, 3))
        for name in NAMES
    )
    np.testing.assert_allclose(
        found["paired_features"].value, expected / 2, rtol=1e-3
    )
    for name, term in {**others, **plain_discriminators}.items():
        same = {**found, **discriminators}[name].value
        np.testing.assert_allclose(same, term.value, atol=1e-3)


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_discriminators_take_target_images_of_pairs_for_real(share):
    model = small_model(
        "fast", **{"paired.weight": 2.0, "paired.real_share": share}
    )
    images, guides = with_pairs()
    _, discriminators, _ = terms_of(model, images, guides)
    if share:
        images = {**images, "target": guides["paired_target"]}
    plain = small_model("fast", **{"paired.weight": 2.0})
    _, expected, _ = terms_of(plain, images, guides)
    for name, term in expected.items():
        np.testing.assert_allclose(
            discriminators[name].value, term.value, atol=1e-4
        )


def test_a_share_of_the_images_and_not_of_the_batches_is_replaced():
    model = small_model(
        "cut", **{"paired.weight": 2.0, "paired.real_share": 0.5}
    )
    images, guides = with_pairs(16, 8)
    target, _ = model.objective._target(
        images["target"], guides, StepSeeds(0, 5)
    )
    target = ops.convert_to_numpy(target)
    replaced = (target == guides["paired_target"]).all((1, 2, 3))
    kept = (target == images["target"]).all((1, 2, 3))
    assert (replaced ^ kept).all() and 3 < replaced.sum() < 13


def test_pairs_that_cannot_take_the_place_of_targets_are_refused():
    model = small_model(
        "cut", **{"paired.weight": 2.0, "paired.real_share": 0.5}
    )
    images, _ = with_pairs(2, 16)
    _, guides = with_pairs(1, 16)
    with pytest.raises(ValueError, match="real_share.* as many pairs"):
        terms_of(model, images, guides)


@pytest.mark.parametrize("field", ["feature_weight", "real_share"])
def test_what_needs_pairs_is_refused_without_them(field):
    with pytest.raises(ValueError, match=f"paired.{field}.*needs pairs"):
        small_config("fast", **{f"paired.{field}": 0.5})
