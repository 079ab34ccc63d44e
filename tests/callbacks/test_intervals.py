import numpy as np
import pytest
from one_weight import compiled_model

from semst_tf.callbacks import Intervals
from semst_tf.callbacks import LossRecord
from semst_tf.storage.loss_history import read_history


def train(model, *callbacks, steps=1000):
    ones = np.ones((steps, 1), "float32")
    model.fit(
        ones,
        ones,
        batch_size=1,
        steps_per_epoch=10**6,
        epochs=100,
        shuffle=False,
        verbose=0,
        callbacks=callbacks,
    )


def test_epochs_end_at_multiples_and_the_last_with_the_last_step(tmp_path):
    path = tmp_path / "metrics.json"
    train(compiled_model(), Intervals(3, steps=8), LossRecord(path))
    assert [row["step"] for row in read_history(path)] == [3, 6, 8]


def test_an_interval_that_was_begun_is_finished_with_its_metrics(tmp_path):
    model = compiled_model(learning_rate=0.0)
    train(model, Intervals(2, steps=2))
    losses = [float(model.metrics[0].result())]
    # Two steps of three times the loss were taken before, of four in all.
    metrics = [
        2 * 3 * losses[0] if index % 2 == 0 else 2.0
        for index in range(len(model.metrics_variables))
    ]
    path = tmp_path / "metrics.json"
    train(model, Intervals(4, steps=4, metrics=metrics), LossRecord(path))
    (row,) = read_history(path)
    assert row["step"] == 4
    assert row["loss"] == pytest.approx(2 * losses[0], rel=1e-5)
