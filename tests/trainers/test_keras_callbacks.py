"""Keras' own callbacks and tuners work at their defaults."""

import keras
import numpy as np
import pytest
from small import batch
from small import small_model

from semst_tf import SemST

pytestmark = pytest.mark.skipif(
    keras.backend.backend() not in ("tensorflow", "jax"),
    reason="trains with TensorFlow and JAX",
)
IMAGES = batch(1, size=12)


def fit(model, *callbacks, epochs=2):
    return model.fit(
        IMAGES,
        validation_data=IMAGES,
        epochs=epochs,
        callbacks=list(callbacks),
        verbose=0,
    ).history


def compiled(optimizer=None):
    model = small_model("fastcut")
    model.compile(optimizer, run_eagerly=True)
    return model


def test_stopping_and_saving_the_best_work_at_their_defaults(tmp_path):
    model = compiled(keras.optimizers.SGD(0.0))
    path = tmp_path / "best.keras"
    history = fit(
        model,
        keras.callbacks.EarlyStopping(),
        keras.callbacks.ModelCheckpoint(path, save_best_only=True),
        epochs=4,
    )
    # Nothing gets better at a rate of 0; the second epoch is the last.
    assert len(history["val_loss"]) == 2
    assert keras.saving.load_model(path).config == model.config


@pytest.mark.parametrize("optimizer", ["adam", keras.optimizers.SGD])
def test_rates_are_set_by_callbacks_where_they_are_constant(optimizer):
    model = compiled(
        optimizer if isinstance(optimizer, str) else optimizer(0.0)
    )
    fit(
        model,
        keras.callbacks.LearningRateScheduler(lambda epoch, rate: 1e-9),
        keras.callbacks.ReduceLROnPlateau(patience=1, min_delta=1e9),
    )
    np.testing.assert_allclose(float(model.optimizer.learning_rate), 1e-10)


@pytest.mark.parametrize(
    "callback",
    [
        keras.callbacks.ReduceLROnPlateau(),
        keras.callbacks.LearningRateScheduler(lambda epoch: 1e-3),
    ],
)
def test_setting_a_rate_that_has_a_schedule_is_refused_at_the_start(callback):
    model = compiled()
    with pytest.raises(ValueError, match=r"Adam\(0.0002.*Received: "):
        fit(model, callback)
    assert int(model.optimizer.iterations) == 0


def test_terms_are_better_when_small_and_a_discriminators_neither():
    model = compiled()
    stop = keras.callbacks.EarlyStopping(monitor="val_contrastive")
    fit(model, stop, epochs=1)
    assert stop.mode == "min"
    stop = keras.callbacks.EarlyStopping(monitor="val_discriminator")
    with pytest.raises(ValueError, match="mode='max'"):
        fit(model, stop, epochs=1)


def test_a_tuner_finds_its_objective():
    """What Keras Tuner does with a model, without installing it."""

    def build(filters):
        model = SemST.from_preset(
            "tiny",
            **{
                "generator.filters": filters,
                "generator.blocks": 1,
                "discriminator.filters": 4,
                "discriminator.layers": 1,
                "optimizer.ema_decay": 0.0,
            },
        )
        model.compile(run_eagerly=True)
        return model

    scores, sizes = {}, {}
    for filters in (2, 4):
        model = build(filters)
        sizes[filters] = model.count_params()
        scores[filters] = min(fit(model, epochs=1)["val_loss"])
    assert sizes[2] < sizes[4]
    assert np.isfinite(list(scores.values())).all()
    assert scores[2] != scores[4]


def test_summary_and_copies_know_the_model():
    model = compiled()
    lines = []
    model.summary(print_fn=lines.append)
    assert "discriminator" in "\n".join(lines)
    copy = keras.models.clone_model(model)
    assert copy.config == model.config
    for one, other in zip(copy.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(one, other)
