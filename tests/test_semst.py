import subprocess
import sys

import keras
import numpy as np
import pytest
from small import ADVERSARIAL_ONLY
from small import METHODS
from small import batch
from small import small_config
from small import small_model
from small import values

from semst_tf import SemST
from semst_tf import semst

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="trains with TensorFlow"
)
MODELS = ("generator", "discriminator", "projector", "average_generator")


def fit(model, images, epochs=1):
    history = model.fit(images, batch_size=2, epochs=epochs, verbose=0)
    return history.history


def compiled(preset="cut", dtype=None, optimizers=(), **overrides):
    """Runs eagerly: tracing costs more than the few steps of a test."""
    model = small_model(preset, dtype, **overrides)
    model.compile(*optimizers, run_eagerly=True)
    return model


def state(model):
    optimizers = [model.optimizer, model.discriminator_optimizer]
    kept = [v for o in optimizers if o is not None for v in o.variables]
    return values(kept) + model.get_weights()


def assert_same(first, second):
    for one, other in zip(first, second, strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("preset", METHODS)
def test_two_steps_train_every_network_and_create_nothing(preset):
    model = compiled(preset, **{"structure.ramp": 0.0, "texture.ramp": 0.0})
    before, created = model.get_weights(), len(state(model))
    # Three images in batches of two: the last batch is smaller.
    history = fit(model, batch(3))
    assert int(model.optimizer.iterations) == 2
    assert len(state(model)) == created
    assert set(history) == {"loss", *model.objective.term_names()}
    assert np.isfinite(list(history.values())).all()
    assert all(np.isfinite(number).all() for number in state(model))
    for weight, old in zip(model.weights, before):
        if "kernel" in weight.path:
            assert (values([weight])[0] != old).any(), weight.path


@pytest.mark.compiled
def test_compiled_and_eager_steps_are_the_same():
    models = small_model("cut"), small_model("cut")
    histories = []
    for model, eager in zip(models, (False, True)):
        # Adam would blow rounding up where a gradient is almost zero.
        sgd = keras.optimizers.SGD(1e-3)
        model.compile(sgd, run_eagerly=eager)
        histories.append(fit(model, batch(6)))
    for name, losses in histories[0].items():
        np.testing.assert_allclose(losses, histories[1][name], rtol=2e-3)
    for one, other in zip(*(model.get_weights() for model in models)):
        np.testing.assert_allclose(one, other, rtol=2e-2, atol=2e-4)


def test_same_seed_trains_the_same_and_another_seed_does_not():
    first, second = compiled("tiny"), compiled("tiny")
    other = compiled("tiny", seed=1)
    histories = [fit(m, batch(4)) for m in (first, second, other)]
    assert_same(state(first), state(second))
    assert histories[0] == histories[1] != histories[2]


def test_losses_of_evaluate_have_the_names_of_training():
    model = compiled("semst")
    weights = model.get_weights()
    losses = model.evaluate(batch(3), batch_size=2, verbose=0, return_dict=True)
    assert set(losses) == {"loss", *model.objective.term_names()}
    assert_same(model.get_weights(), weights)
    assert int(model.optimizer.iterations) == 0


def test_metrics_are_means_over_images_also_with_a_smaller_last_batch():
    model = compiled("cut")
    images = batch(3)
    mean = model.evaluate(images, batch_size=2, verbose=0, return_dict=True)
    alone = [
        model.evaluate(
            {k: v[i : i + 1] for k, v in images.items()},
            verbose=0,
            return_dict=True,
        )
        for i in range(3)
    ]
    for name, number in mean.items():
        expected = np.mean([losses[name] for losses in alone])
        np.testing.assert_allclose(number, expected, rtol=1e-3)


CONTINUE = """
import sys
import keras
import numpy as np
import semst_tf

path, data, out = sys.argv[1:]
model = keras.saving.load_model(path)
images = dict(np.load(data))
translated = model.translate(images["source"])
model.fit(images, batch_size=2, verbose=0)
arrays = [translated, *model.get_weights()]
arrays += [np.array(v.numpy()) for v in model.optimizer.variables]
np.savez(out, *arrays)
"""


def test_another_process_loads_the_model_and_goes_on_as_if_never_stopped(
    tmp_path,
):
    images = batch(3)
    np.savez(tmp_path / "data.npz", **images)
    model = compiled("tiny")
    fit(model, images)
    model.save(tmp_path / "model.keras")
    names = ("model.keras", "data.npz", "out.npz")
    subprocess.run(
        [sys.executable, "-c", CONTINUE, *(str(tmp_path / n) for n in names)],
        check=True,
    )
    translated = model.translate(images["source"])
    fit(model, images)
    expected = [translated, *model.get_weights()]
    expected += values(model.optimizer.variables)
    continued = np.load(tmp_path / "out.npz")
    assert_same([continued[name] for name in continued.files], expected)


@pytest.mark.parametrize(
    ("dtype", "optimizers"),
    [(None, 2), ("mixed_float16", 2), ("mixed_bfloat16", 1)],
)
def test_a_loaded_model_goes_on_in_any_precision_and_with_two_optimizers(
    tmp_path, dtype, optimizers
):
    adams = [keras.optimizers.Adam(1e-3), keras.optimizers.Adam(2e-3)]
    model = compiled("tiny", dtype, adams[:optimizers])
    if dtype == "mixed_float16":
        # As after the first steps, which only look for the right scale.
        model.optimizer.dynamic_scale.assign(64.0)
    fit(model, batch(4))
    assert int(model.optimizer.iterations) == 2
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.dtype_policy == model.dtype_policy
    assert loaded.config == model.config
    assert_same(state(loaded), state(model))
    for continued in (model, loaded):
        fit(continued, batch(2))
    assert int(loaded.optimizer.iterations) == 3
    assert_same(state(loaded), state(model))
    assert all(np.isfinite(number).all() for number in state(model))


def test_other_channels_survive_saving(tmp_path):
    channels = {"generator.input_channels": 1, "generator.output_channels": 2}
    model = compiled("semst", **channels)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_same(state(loaded), state(model))
    images = batch(2, channels=(1, 2))
    assert fit(loaded, images) == fit(model, images)


def test_float16_finds_its_scale_and_trains():
    model = compiled("cut", "mixed_float16")
    # Keras starts at 32768 and halves; a few steps from there are saved.
    model.optimizer.dynamic_scale.assign(2048.0)
    fit(model, batch(2), epochs=7)
    assert 0 < int(model.optimizer.iterations)
    assert all(np.isfinite(weight).all() for weight in model.get_weights())


def test_both_optimizers_scale_their_losses_in_float16():
    adams = keras.optimizers.Adam(1e-3), keras.optimizers.Adam(2e-3)
    model = compiled("cut", "mixed_float16", adams)
    model.optimizer.dynamic_scale.assign(64.0)
    before = model.discriminator.get_weights()
    fit(model, batch(2))
    for optimizer in (model.optimizer, model.discriminator_optimizer):
        assert isinstance(optimizer, keras.optimizers.LossScaleOptimizer)
    moved = np.abs(model.discriminator.get_weights()[0] - before[0])
    # The first step of Adam is as long as its rate, if the scale is undone.
    np.testing.assert_allclose(np.median(moved), 2e-3, rtol=0.05)


def test_two_optimizers_each_train_their_networks():
    frozen = keras.optimizers.SGD(0.0)
    for still, moving, optimizers in (
        ("generator", "discriminator", (frozen, keras.optimizers.SGD(0.1))),
        ("discriminator", "generator", (keras.optimizers.SGD(0.1), frozen)),
    ):
        model = small_model("cut")
        copies = [type(o).from_config(o.get_config()) for o in optimizers]
        model.compile(*copies, run_eagerly=True)
        before = {n: getattr(model, n).get_weights() for n in MODELS[:2]}
        fit(model, batch(2))
        assert_same(getattr(model, still).get_weights(), before[still])
        after = getattr(model, moving).get_weights()
        assert (after[0] != before[moving][0]).any()


def test_average_follows_its_formula_and_is_what_translates(tmp_path):
    model = compiled("cut", **{"training.ema_decay": 0.75})
    average = model.generator.get_weights()
    images = batch(2)
    assert_same(model.average_generator.get_weights(), average)
    for _ in range(3):
        fit(model, images)
        average = [
            0.75 * old + 0.25 * new
            for old, new in zip(average, model.generator.get_weights())
        ]
    for one, other in zip(model.average_generator.get_weights(), average):
        np.testing.assert_allclose(one, other, atol=1e-6)
    source = images["source"]
    expected = model.average_generator.predict_on_batch(source)
    np.testing.assert_allclose(model.translate(source), expected, atol=1e-6)
    assert np.abs(model.generator.predict_on_batch(source) - expected).max()
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_same(
        loaded.average_generator.get_weights(),
        model.average_generator.get_weights(),
    )


def test_without_averaging_there_is_one_generator():
    model = small_model("cut")
    assert model.average_generator is None
    assert model.translator is model.generator


def test_learning_rate_and_schedules_end_with_the_configured_steps():
    model = compiled(
        "cut",
        **ADVERSARIAL_ONLY,
        **{"training.steps": 4, "optimizer.decay": 0.5},
    )
    rates = []
    for _ in range(4):
        rates.append(float(model.optimizer.learning_rate))
        fit(model, batch(1))
    np.testing.assert_allclose(rates, [2e-4, 2e-4, 2e-4, 1e-4], rtol=1e-5)
    assert float(model.progress(2)) == 0.5
    assert float(model.progress(400)) == 1.0
    before = model.get_weights()
    fit(model, batch(1))
    assert_same(model.get_weights(), before)


@pytest.mark.parametrize("argument", ["loss", "metrics", "optimiser"])
def test_compile_refuses_what_it_would_ignore(argument):
    with pytest.raises(ValueError, match=f"Received: {argument}"):
        small_model("cut").compile(**{argument: "mse"})


@pytest.mark.parametrize("config", ["cut", 3, {"generator": {"filter": 4}}])
def test_something_else_than_a_configuration_is_refused(config):
    with pytest.raises(ValueError, match="Received: "):
        SemST(config)


def test_overrides_of_a_preset_reach_the_networks():
    model = SemST.from_preset(
        "tiny", generator={"filters": 5}, **{"discriminator.layers": 1}
    )
    assert model.generator.filters == 5
    assert model.discriminator.downsamplings == 1
    assert model.config.generator.blocks == 4


def test_a_model_without_arguments_is_the_documented_preset(monkeypatch):
    small = small_config("semst")
    monkeypatch.setattr(semst, "preset_config", {"semst": small}.__getitem__)
    # A seed that another test gave Keras counts where a model has none.
    assert SemST().config.replace({"seed": small.seed}) == small


def test_models_of_presets_can_be_named_as_in_keras():
    model = SemST.from_preset("tiny", name="my_model", generator={"blocks": 1})
    assert model.name == "my_model"
    assert SemST.from_config(model.get_config()).name == "my_model"


def test_networks_share_no_initial_weights_between_seeds():
    first, other = small_model("cut"), small_model("cut", seed=1)
    for name in MODELS[:3]:
        one = getattr(first, name).get_weights()[0]
        assert (one != getattr(other, name).get_weights()[0]).all()


def test_a_model_made_from_its_config_has_the_same_networks():
    model = SemST(small_config("semst", seed=4))
    again = SemST.from_config(model.get_config())
    assert again.config == model.config
    assert_same(again.get_weights(), model.get_weights())


def test_only_the_averaged_generator_goes_a_part_of_the_way():
    model = small_model(
        "semst", **{"generator.strength": 0.25, "generator.guided_radius": 8}
    )
    assert model.generator.strength == 1.0
    assert model.generator.guided_radius is None
    assert model.translator.strength == 0.25
    assert model.translator.guided_radius == 8
