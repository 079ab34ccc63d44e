"""What is kept in training: by construction, in every term's view."""

import types

import numpy as np
import pytest
from keras import ops
from small import batch
from small import small_config
from small import small_model

from semst_tf import SemSTConfig
from semst_tf.ops.keep_input import keep_input
from semst_tf.ops.step_seeds import StepSeeds

pytestmark = pytest.mark.backend_neutral


def kept_batch(size=24):
    images = batch(2, size)
    keep = np.zeros((2, size, size, 1), "float32")
    keep[:, : size // 2] = 1.0
    keep[:, size // 2] = 0.5
    return {**images, "keep": keep}


def views_of(model, images):
    return model.objective.views(
        ops.convert_to_tensor(images["source"]),
        ops.convert_to_tensor(images["target"]),
        StepSeeds(0, 1),
        {"keep": ops.convert_to_tensor(images["keep"])},
    )


def test_input_stays_whatever_the_translation_is():
    images = kept_batch()
    wrong = np.full_like(images["source"], np.nan)
    kept = ops.convert_to_numpy(
        keep_input(wrong, images["source"], images["keep"])
    )
    np.testing.assert_array_equal(kept[:, :12], images["source"][:, :12])
    assert keep_input(wrong, images["source"], None) is wrong


@pytest.mark.parametrize("preset", ["cut", "fastcut"])
def test_the_view_holds_the_input_there_and_the_translation_elsewhere(preset):
    model, images = small_model(preset), kept_batch()
    (view,) = views_of(model, images)
    output = ops.convert_to_numpy(view.output)
    np.testing.assert_array_equal(output[:, :12], images["source"][:, :12])
    if preset == "cut":
        translated = ops.convert_to_numpy(model.generator(images["source"]))
        np.testing.assert_allclose(
            output[:, 13:], translated[:, 13:], atol=1e-5
        )
        middle = (translated[:, 12] + images["source"][:, 12]) / 2
        np.testing.assert_allclose(output[:, 12], middle, atol=1e-5)
    # What is encoded is what is seen.
    if preset == "cut":
        features = model.generator.features(output)
        for name, maps in features.items():
            np.testing.assert_allclose(
                view.output_features[name], maps, atol=1e-4
            )


def test_both_scales_hold_the_input_there():
    model, images = small_model("tiny_multiscale"), kept_batch(32)
    views = {v.kind.name: v for v in views_of(model, images)}
    context = ops.convert_to_numpy(views["context_"].output)
    source = ops.convert_to_numpy(views["context_"].source)
    np.testing.assert_allclose(context[:, :8], source[:, :8], atol=1e-6)
    assert np.abs(context[:, 9:] - source[:, 9:]).max() > 1e-3
    for name in ("", "detail_"):
        view = views[name]
        output = ops.convert_to_numpy(view.output)
        source = ops.convert_to_numpy(view.source)
        same = (output == source).all(axis=(0, 2, 3))
        # A detail of 16 lies in the upper half, the lower half, or both.
        whole = images["source"][0].reshape(32, -1)
        first = next(
            row
            for row in range(17)
            if source[0, 0, :, :].tobytes() in whole[row].tobytes()
        )
        assert same.tolist() == [first + row < 16 for row in range(16)]


def test_no_gradient_flows_where_the_input_is_kept():
    from gradients import gradient

    images = kept_batch()
    slope = gradient(
        lambda output: ops.sum(
            keep_input(output, images["source"], images["keep"])
        ),
        images["target"],
    )
    assert (slope[:, :12] == 0).all()
    np.testing.assert_allclose(slope[:, 12], 0.5)
    np.testing.assert_allclose(slope[:, 13:], 1.0)


@pytest.mark.parametrize(
    ("changed", "message"),
    [
        ({"keep": None}, "without it"),
        ({"keep": np.zeros((2, 24, 20, 1), "f4")}, "height and width"),
        ({"keep": np.zeros((2, 24, 24, 3), "f4")}, "must have 1 channels"),
        ({"keep": np.zeros((1, 24, 24, 1), "f4")}, "as many 'keep'"),
    ],
)
def test_masks_of_a_batch_that_do_not_fit_are_refused(changed, message):
    from semst_tf.trainers.batch import check_guides

    images = {**kept_batch(), **changed}
    guides = {k: v for k, v in images.items() if k == "keep" and v is not None}

    model = types.SimpleNamespace(
        config=small_config("cut", **{"data.keep": "masks"}),
        objective=types.SimpleNamespace(guides=("keep",)),
    )
    with pytest.raises(ValueError, match=message):
        check_guides(guides, images["source"], images["target"], model)


def test_values_that_mean_something_else_afterwards_are_not_kept():
    for fields in (
        {"generator.output_channels": 1},
        {"data.value_range": "0,4095"},
    ):
        with pytest.raises(ValueError, match="`data.keep` needs"):
            SemSTConfig().replace({"data.keep": "masks", **fields})
