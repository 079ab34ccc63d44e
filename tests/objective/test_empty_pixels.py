"""Empty pixels in training: no term looks there, and none gives them away."""

import numpy as np
import pytest
from gradients import gradient
from keras import ops
from small import batch
from small import small_config
from small import small_model

from semst_tf.objective.adversarial_term import DiscriminatorTerm
from semst_tf.objective.step import Step
from semst_tf.objective.view import Scores
from semst_tf.objective.view import View
from semst_tf.objective.view import ViewKind
from semst_tf.ops.only_valid import only_valid
from semst_tf.ops.step_seeds import StepSeeds
from semst_tf.trainers.batch import check_first_batch

pytestmark = pytest.mark.backend_neutral

EMPTY = {"data.minimum_valid": 0.5}


def batch_with_holes(size=32, count=2):
    valid = np.ones((2, count, size, size, 1), "float32")
    valid[0, :, :8] = 0
    valid[1, :, :, 24:] = 0
    return {
        **batch(count, size),
        "source_valid": valid[0],
        "target_valid": valid[1],
    }


def guides_of(images):
    return {
        name: ops.convert_to_tensor(values)
        for name, values in images.items()
        if name not in ("source", "target")
    }


def terms_of(model, images):
    generator, discriminator, _ = model.objective(
        ops.convert_to_tensor(images["source"]),
        ops.convert_to_tensor(images["target"]),
        0.5,
        StepSeeds(0, 0),
        guides=guides_of(images),
    )
    return {
        name: ops.convert_to_numpy(term.value)
        for name, term in {**generator, **discriminator}.items()
    }


@pytest.mark.parametrize("preset", ["fastcut", "semst_pixels"])
def test_masks_of_data_everywhere_change_nothing(preset):
    images = batch_with_holes()
    for name in ("source_valid", "target_valid"):
        images[name] = np.ones_like(images[name])
    masked = terms_of(small_model(preset, **EMPTY), images)
    plain = terms_of(small_model(preset), batch(2, 32))
    assert masked.keys() == plain.keys()
    for name, value in plain.items():
        np.testing.assert_allclose(masked[name], value, rtol=1e-4, atol=1e-5)


@pytest.mark.parametrize("preset", ["semst", "semst_pixels", "fastcut"])
def test_what_is_in_empty_pixels_of_the_target_changes_no_term(preset):
    model, images = small_model(preset, **EMPTY), batch_with_holes()
    assert model.objective.guides == ("source_valid", "target_valid")
    other = images["target"].copy()
    other[:, :, 24:] = 0.9
    before = terms_of(model, images)
    after = terms_of(model, {**images, "target": other})
    for name, value in before.items():
        assert np.isfinite(value).all()
        np.testing.assert_allclose(after[name], value, rtol=1e-5, atol=1e-6)


@pytest.mark.parametrize("preset", ["cut", "fastcut", "tiny_multiscale"])
def test_all_images_of_a_view_are_empty_at_the_same_places(preset):
    model, images = small_model(preset, **EMPTY), batch_with_holes()
    views = model.objective.views(
        ops.convert_to_tensor(images["source"]),
        ops.convert_to_tensor(images["target"]),
        StepSeeds(0, 1),
        guides_of(images),
    )
    for view in views:
        valid = ops.convert_to_numpy(view.valid)[..., 0] > 0
        assert not valid.all() and valid.any()
        for image in (view.source, view.target, view.output):
            image = ops.convert_to_numpy(image)
            assert (image[~valid] == 0).all()
            assert (np.abs(image[valid]).max(axis=-1) > 0).mean() > 0.99


def test_no_gradient_reaches_an_output_where_there_is_no_data():
    images = batch_with_holes()
    wrong = np.full_like(images["source"], np.nan)
    shown = only_valid(ops.convert_to_tensor(wrong), images["source_valid"])
    assert (ops.convert_to_numpy(shown)[:, :8] == 0).all()
    slope = gradient(
        lambda output: ops.sum(only_valid(output, images["source_valid"])),
        images["source"],
    )
    assert (slope[:, :8] == 0).all() and (slope[:, 8:] == 1).all()
    assert only_valid(wrong, None) is wrong


@pytest.mark.parametrize("maximum_accuracy", [None, 0.9])
def test_scores_of_empty_places_do_not_count(maximum_accuracy):
    config = small_config(
        "cut", **{"adversarial.maximum_accuracy": maximum_accuracy}
    )
    valid = np.zeros((1, 16, 16, 1), "float32")
    valid[:, :8] = 1
    random = np.random.default_rng(0)
    scores = random.normal(0.5, 0.3, (2, 1, 4, 4, 1)).astype("float32")

    def value(real, fake, valid):
        view = View(
            ViewKind(),
            *3 * (None,),
            {},
            {},
            scores={"discriminator": Scores([real], [fake], valid, valid)},
        )
        term = DiscriminatorTerm("discriminator", config)
        found = term(view, Step(0.0, StepSeeds(0, 0)))
        return ops.convert_to_numpy(found)

    expected = value(*scores[:, :, :2], None)
    np.testing.assert_allclose(value(*scores, valid), expected, rtol=1e-5)
    scores[0, :, 2:], scores[1, :, 2:] = 9.0, -9.0
    np.testing.assert_allclose(value(*scores, valid), expected, rtol=1e-5)
    assert value(*scores, None) != expected


def test_masks_move_with_what_is_shifted_and_cut_out():
    model = small_model("cut", **EMPTY, **{"discriminator.augmentation": 1.0})
    images = batch_with_holes()
    view = model.objective.views(
        images["source"], images["target"], StepSeeds(0, 0), images
    )[0]
    step = Step(0.0, StepSeeds(0, 1))
    seen, labels, valid = model.objective._augmented([view], step)
    assert labels is None
    for image, there in zip(seen, valid):
        image, there = map(ops.convert_to_numpy, (image, there))
        assert (image[there[..., 0] == 0] == 0).all()
        assert 0 < there.mean() < ops.convert_to_numpy(view.valid).mean()


def test_pairs_that_are_taken_for_real_hold_data_everywhere():
    model = small_model(
        "semst_pixels",
        **EMPTY,
        **{"paired.weight": 1.0, "paired.real_share": 1.0},
    )
    images = batch_with_holes()
    images["paired_source"] = images["source"]
    images["paired_target"] = images["target"]
    full = {**images, "target_valid": np.ones_like(images["target_valid"])}
    expected = terms_of(model, full)
    for name, value in terms_of(model, images).items():
        np.testing.assert_allclose(value, expected[name], rtol=1e-5)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"target_valid": None}, "'target_valid' in every batch"),
        ({"source_valid": np.ones((2, 32, 30, 1), "f4")}, "of one size"),
        ({"source_valid": np.ones((2, 32, 32, 3), "f4")}, "have 1 channels"),
    ],
)
def test_masks_of_a_batch_that_do_not_fit_are_refused(changed, message):
    images = {**batch_with_holes(), **changed}
    images = {k: v for k, v in images.items() if v is not None}
    with pytest.raises(ValueError, match=message):
        check_first_batch(images, small_model("fastcut", **EMPTY))


@pytest.mark.parametrize(
    "fields",
    [
        {"data.crop_size": None},
        {"data.matching": "efficientnet_lite0/stride_16"},
    ],
)
def test_empty_pixels_are_for_crops_that_are_drawn_anywhere(fields):
    with pytest.raises(ValueError, match="`data.minimum_valid` below 1"):
        small_config("semst", **EMPTY, **fields)
