"""Trainings whose discriminator and alignment read frozen features."""

import shutil

import keras
import numpy as np
import pytest
from folders import write_images
from keras import ops
from small import batch
from small import small_config
from small import small_model
from small import values

from semst_tf import SemST
from semst_tf.ops.step_seeds import StepSeeds
from semst_tf.training import training_run

needs_tensorflow = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="trains with TensorFlow"
)
EVERYTHING = {
    "discriminator.kind": "patch+projected",
    "discriminator.augmentation": 0.5,
    "adversarial.matching": "efficientnet_lite0/stride_16",
    "adversarial.maximum_accuracy": 0.9,
    "adversarial.ramp": 0.5,
    "semantics.ramp": 0.0,
}


def terms_of(model, images, progress=1.0):
    generator_terms, discriminator_terms, _ = model.objective(
        *(ops.convert_to_tensor(images[k]) for k in ("source", "target")),
        progress,
        StepSeeds(0, 5),
    )
    return {**generator_terms, **discriminator_terms}


def trained(steps=2, size=32, dtype=None, preset="semst", **overrides):
    model = small_model(preset, dtype=dtype, **overrides)
    model.compile(keras.optimizers.SGD(0.01), run_eagerly=True)
    for step in range(steps):
        model.train_on_batch(batch(1, size=size, seed=step))
    return model


def test_no_variable_of_a_frozen_network_is_in_the_model(tmp_path):
    model = small_model("semst")
    generator = model.generator.count_params()
    heads = model.discriminator.count_params()
    average = model.average_generator.count_params()
    assert model.count_params() == generator + heads + average
    # The frozen network alone has millions.
    assert heads < 300_000
    model.save(tmp_path / "model.keras")
    assert (tmp_path / "model.keras").stat().st_size < 3_000_000


def test_the_default_has_no_contrast_and_no_projector():
    model = small_model("semst")
    assert model.projector is None
    assert model.objective.term_names() == [
        "adversarial",
        "semantics",
        "discriminator",
    ]


def test_two_kinds_of_discriminators_have_terms_of_their_own():
    model = small_model("semst", **EVERYTHING)
    assert list(terms_of(model, batch(2, size=32))) == [
        "adversarial",
        "projected_adversarial",
        "semantics",
        "discriminator",
        "projected_discriminator",
    ]


@pytest.mark.parametrize("preset", ["semst", "semst_multiscale"])
def test_semantics_of_an_output_equal_to_its_source_is_nothing(preset):
    model = small_model(preset, **{"multi_scale.detail_size": 32})
    images = batch(1, size=64)
    terms = terms_of(model, images)
    # A residual generator begins near its input.
    assert float(ops.max(terms["semantics"].value)) < 0.05


def test_the_adversarial_weight_grows_over_its_ramp():
    model = small_model("semst", **EVERYTHING)
    weights = [
        float(terms_of(model, batch(1, size=32), at)["adversarial"].weight)
        for at in (0.0, 0.25, 0.5, 1.0)
    ]
    np.testing.assert_allclose(weights, [0.0, 0.5, 1.0, 1.0])


def test_a_discriminator_that_is_always_right_rests():
    model = small_model("semst", **{"adversarial.maximum_accuracy": 0.01})
    terms = terms_of(model, batch(2, size=32))
    np.testing.assert_array_equal(terms["discriminator"].value, 0.0)
    assert np.abs(terms["adversarial"].value).min() > 0


def test_matching_weighs_places_and_leaves_equal_crops_alone():
    matched = {"adversarial.matching": "efficientnet_lite0/stride_16"}
    images = batch(1, size=64)
    plain = terms_of(small_model("semst"), images)["adversarial"].value
    weighed = terms_of(small_model("semst", **matched), images)
    assert float(ops.abs(weighed["adversarial"].value - plain)[0]) > 1e-5
    flat = {name: np.zeros_like(image) for name, image in images.items()}
    plain = terms_of(small_model("semst"), flat)["discriminator"].value
    weighed = terms_of(small_model("semst", **matched), flat)
    np.testing.assert_allclose(weighed["discriminator"].value, plain, rtol=0.2)


@needs_tensorflow
@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_trains_to_finite_weights(dtype):
    model = trained(dtype=dtype)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


@needs_tensorflow
def test_only_training_moves_the_estimate_of_spectral_norms():
    model = small_model("semst")
    model.compile(run_eagerly=True)
    hidden = model.discriminator.heads[0].hidden[0]
    # The vector of the first kernel is settled; this is another one.
    kernel = np.random.default_rng(1).normal(size=hidden.kernel.shape)
    hidden.kernel.assign(kernel)
    before = values([hidden.singular_vector])[0]
    model.test_on_batch(batch(1, size=32))
    np.testing.assert_array_equal(values([hidden.singular_vector])[0], before)
    model.train_on_batch(batch(1, size=32))
    moved = values([hidden.singular_vector])[0]
    assert np.abs(moved - before).max() > 1e-3


@needs_tensorflow
@pytest.mark.parametrize("channels", [(1, 1), (1, 3), (5, 2)])
def test_other_channels_are_read_by_the_frozen_network(channels):
    model = small_model(
        "semst",
        **{
            "generator.input_channels": channels[0],
            "generator.output_channels": channels[1],
        },
    )
    terms = terms_of(model, batch(1, size=32, channels=channels))
    assert all(np.isfinite(term.value).all() for term in terms.values())


@needs_tensorflow
@pytest.mark.slow
def test_a_training_that_was_stopped_goes_on_bit_equal(tmp_path):
    source = write_images(tmp_path / "source", count=3)
    target = write_images(tmp_path / "target", count=3)

    config = small_config(
        "semst",
        **EVERYTHING,
        **{
            "training.steps": 2,
            "data.crop_size": 24,
            "data.resize": None,
        },
    )

    def train(name):
        return training_run.TrainingRun(
            tmp_path / name,
            config,
            source,
            target,
            interval=1,
            checkpoint_every=1,
            sample_every=2,
            keep_checkpoints=9,
        ).train()

    whole = train("whole")
    shutil.copytree(tmp_path / "whole", tmp_path / "parts")
    (tmp_path / "parts" / "model.keras").unlink()
    (tmp_path / "parts" / "checkpoints" / "step_00000002.keras").unlink()
    resumed = train("parts")
    for one, other in zip(
        whole.get_weights(), resumed.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)


def change_of_a_step(eagerly=False, **options):
    """How a step on two images changes the generator's weights."""
    fields = {
        "data.batch_size": 2,
        "semantics.patches": 10_000,
        "semantics.ramp": 0.0,
    }
    model = SemST(small_config("semst", **fields, **options))
    model.compile(keras.optimizers.SGD(1e-3), run_eagerly=eagerly)
    before = model.generator.get_weights()
    model.fit(batch(2, size=32), batch_size=2, verbose=0)
    return [a - b for a, b in zip(model.generator.get_weights(), before)]


@needs_tensorflow
@pytest.mark.slow
@pytest.mark.compiled
def test_saving_memory_does_not_change_a_step():
    options = {"training.accumulation": 2, "training.rematerialise": True}
    expected = change_of_a_step(eagerly=True)
    largest = max(np.abs(change).max() for change in expected)
    assert largest > 0
    for one, other in zip(expected, change_of_a_step(**options), strict=True):
        np.testing.assert_allclose(one, other, rtol=0.02, atol=0.01 * largest)
