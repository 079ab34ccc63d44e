"""Discriminators that compare class by class, in the objective."""

import dataclasses

import numpy as np
import pytest
from keras import ops
from small import batch
from small import small_config
from small import small_model

from semst_tf import SemST
from semst_tf.networks import PatchDiscriminator
from semst_tf.objective.step import Step
from semst_tf.ops.step_seeds import StepSeeds
from semst_tf.trainers.batch import check_first_batch

AWARE = {
    "discriminator.labels": True,
    "contrastive.weight": 0.0,
    "contrastive.identity": False,
}


def labelled_batch(count=2, size=24):
    random = np.random.default_rng(3)
    labels = random.integers(0, 19, (2, count, size, size)).astype("uint8")
    labels[:, :, :4] = 255
    return {
        **batch(count, size),
        "source_labels": labels[0],
        "target_labels": labels[1],
    }


def aware_model(preset="cut", **overrides):
    model = small_model(preset, **{**AWARE, **overrides})
    random = np.random.default_rng(5)
    for weight in model.discriminator.trainable_weights:
        if "class_scores" in weight.path:
            weight.assign(random.normal(0, 1.0, weight.shape))
    return model


def values_of(model, images, step=0):
    guides = {k: v for k, v in images.items() if k not in ("source", "target")}
    terms, others, _ = model.objective(
        ops.convert_to_tensor(images["source"]),
        ops.convert_to_tensor(images["target"]),
        0.5,
        StepSeeds(0, step),
        guides={k: ops.convert_to_tensor(v) for k, v in guides.items()},
    )
    return {
        name: ops.convert_to_numpy(term.value)
        for name, term in {**terms, **others}.items()
    }


@pytest.mark.backend_neutral
@pytest.mark.parametrize("preset", ["cut", "semst", "tiny_multiscale"])
def test_translations_are_judged_by_source_labels_and_images_by_their_own(
    preset,
):
    model = aware_model(preset)
    images = labelled_batch(2, 32)
    assert model.objective.guides == ("source_labels", "target_labels")
    before = values_of(model, images)
    other = np.full_like(images["source_labels"], 7)
    source = values_of(model, {**images, "source_labels": other})
    target = values_of(model, {**images, "target_labels": other})
    assert (source["adversarial"] != before["adversarial"]).all()
    assert (source["discriminator"] != before["discriminator"]).all()
    # What the generator minimises does not see the labels of the target.
    np.testing.assert_allclose(target["adversarial"], before["adversarial"])
    assert (target["discriminator"] != before["discriminator"]).all()


@pytest.mark.backend_neutral
def test_a_batch_of_two_is_two_batches_of_one():
    model, images = aware_model("semst"), labelled_batch(2)
    together = values_of(model, images)
    for index in range(2):
        one = {k: v[index : index + 1] for k, v in images.items()}
        for name, value in values_of(model, one).items():
            np.testing.assert_allclose(
                value, together[name][index : index + 1], rtol=1e-3, atol=1e-5
            )


@pytest.mark.backend_neutral
def test_labels_move_with_what_is_shifted_and_cut_out():
    model = aware_model("cut", **{"discriminator.augmentation": 1.0})
    images = labelled_batch(2)
    # Images whose first channel shows what is labelled.
    shown = np.where(images["source_labels"] == 255, 0.0, 1.0)
    view = model.objective.views(
        images["source"], images["target"], StepSeeds(0, 0), images
    )[0]
    view = dataclasses.replace(
        view,
        output=np.repeat(shown[..., None], 3, -1).astype("float32"),
    )
    step = Step(0.0, StepSeeds(0, 1))
    (_, seen), (_, labels), _ = model.objective._augmented([view], step)
    seen, labels = map(ops.convert_to_numpy, (seen, labels))
    np.testing.assert_allclose(labels.sum(-1), seen[..., 0], atol=1e-5)
    assert 0 < seen.mean() < shown.mean()


@pytest.mark.backend_neutral
def test_pairs_that_are_taken_for_real_have_no_labels():
    model = aware_model(
        "cut", **{"paired.weight": 1.0, "paired.real_share": 1.0}
    )
    images = labelled_batch(2)
    images["paired_source"] = images["source"]
    images["paired_target"] = images["target"]
    other = (images["target_labels"] + 1) % 19
    changed = values_of(model, {**images, "target_labels": other})
    for name, value in values_of(model, images).items():
        np.testing.assert_allclose(changed[name], value)


@pytest.fixture(scope="module")
def aware():
    return small_model("cut", **AWARE)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"target_labels": None}, "'target_labels' in every batch"),
        ({"source_labels": np.zeros((2, 24, 20), "uint8")}, "one a pixel"),
        ({"source_labels": np.zeros((2, 24, 24), "float32")}, "are integers"),
        ({"source_labels": np.full((2, 24, 24), 19)}, "Received: \\[19\\]"),
    ],
)
def test_labels_of_a_batch_that_do_not_fit_are_refused(aware, changed, message):
    images = {**labelled_batch(), **changed}
    images = {k: v for k, v in images.items() if v is not None}
    with pytest.raises(ValueError, match=message):
        check_first_batch(images, aware)


def test_labels_without_a_discriminator_that_takes_them_are_refused():
    config = small_config("cut", **AWARE)
    with pytest.raises(ValueError, match="`discriminator.labels`"):
        SemST(config, discriminator=PatchDiscriminator(4, 1))
    aware = PatchDiscriminator(4, 1, label_classes=19)
    assert SemST(config, discriminator=aware).discriminator is aware
    with pytest.raises(ValueError, match="19, for None"):
        SemST(config.replace({"discriminator.labels": False}), None, aware)
