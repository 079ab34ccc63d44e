"""Validation while training: what other callbacks find in the logs."""

import keras
import numpy as np
import pytest
from small import batch
from small import small_model

from semst_tf.callbacks import ValidationScores
from semst_tf.callbacks.validation_scores import validation_logs
from semst_tf.metrics.evaluation import Evaluation


class Falling:
    """Stands for an evaluation: every score is worse than the one before."""

    def __init__(self):
        self.seen = []

    def scores(self, translations):
        self.seen.append(translations)
        return {"consistency": {"mean_iou": 1.0 / len(self.seen)}}


class Watched(keras.callbacks.Callback):
    """Keeps the logs of every epoch."""

    def __init__(self):
        super().__init__()
        self.logs = []

    def on_epoch_end(self, epoch, logs=None):
        self.logs.append(dict(logs))


@pytest.fixture(scope="module")
def model():
    model = small_model("cut")
    model.compile(run_eagerly=True)
    return model


def train(model, callbacks, epochs):
    model.fit(
        batch(count=2),
        batch_size=2,
        epochs=epochs,
        verbose=0,
        callbacks=callbacks,
    )


def random_images(*sizes):
    return [np.full((*size, 3), 90, "uint8") for size in sizes]


def test_callbacks_behind_it_see_the_scores_and_keep_the_best(model, tmp_path):
    best, last = tmp_path / "best.keras", tmp_path / "last.keras"
    stopped = keras.callbacks.EarlyStopping("val_miou", patience=1, mode="max")
    watched = Watched()
    callbacks = [
        ValidationScores(random_images((20, 20)), Falling()),
        watched,
        keras.callbacks.ModelCheckpoint(
            best, monitor="val_miou", mode="max", save_best_only=True
        ),
        keras.callbacks.ModelCheckpoint(last),
        stopped,
    ]
    train(model, callbacks, epochs=5)
    assert [logs["val_miou"] for logs in watched.logs] == [1.0, 0.5]
    assert "adversarial" in watched.logs[0]
    saved = [keras.saving.load_model(path) for path in (best, last)]
    steps = [int(copy.optimizer.iterations) for copy in saved]
    assert steps[1] == steps[0] + 1


def test_callbacks_in_front_of_it_do_not_see_the_scores(model):
    watched = Watched()
    validation = ValidationScores(random_images((20, 20)), Falling())
    train(model, [watched, validation], epochs=1)
    assert "val_miou" not in watched.logs[0]


def test_only_every_so_many_epochs_are_validated(model):
    watched = Watched()
    validation = ValidationScores(random_images((20, 20)), Falling(), every=2)
    train(model, [validation, watched], epochs=4)
    validated = ["val_miou" in logs for logs in watched.logs]
    assert validated == [False, True, False, True]


def test_translations_keep_order_and_size_in_batches(model):
    images = random_images((20, 20), (20, 20), (20, 20), (24, 20), (20, 20))
    images[1][:] = 200
    evaluation = Falling()
    validation = ValidationScores(images, evaluation, batch_size=2)
    validation.set_model(model)
    validation.score()
    (translations,) = evaluation.seen
    alone = [model.translate(image) for image in images]
    for translation, expected in zip(translations, alone, strict=True):
        assert translation.dtype == np.uint8
        assert translation.shape == expected.shape
        difference = translation.astype(int) - expected.astype(int)
        assert np.abs(difference).max() <= 1


def test_scores_of_an_evaluation_are_found_under_their_names(model):
    images = random_images((20, 20), (20, 20))
    evaluation = Evaluation(truths=images, sources=images)
    watched = Watched()
    train(model, [ValidationScores(images, evaluation), watched], epochs=1)
    assert {
        "val_paired_accuracy",
        "val_rmse",
        "val_structure",
        "val_texture",
        "val_psnr",
        "val_ssim",
        "val_colour_shift",
    } == {name for name in watched.logs[0] if name.startswith("val_")}


def test_a_score_that_there_is_not_is_left_out():
    scores = {"consistency": {"mean_iou": None, "pixel_accuracy": 0.5}}
    assert validation_logs(scores) == {"val_pixel_accuracy": 0.5}


@pytest.mark.parametrize("images, every", [([], 1), ([np.zeros((4, 4, 3))], 0)])
def test_no_images_or_no_interval_are_refused(images, every):
    with pytest.raises(ValueError, match="Received"):
        ValidationScores(images, Falling(), every=every)
