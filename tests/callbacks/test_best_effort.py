import keras
import pytest
from one_weight import compiled_model
from one_weight import train

from semst_tf.callbacks import BestEffort
from semst_tf.callbacks import Checkpoints
from semst_tf.callbacks import Intervals
from semst_tf.callbacks import NonFiniteError
from semst_tf.callbacks import TrainingStopped
from semst_tf.storage.checkpoint_files import checkpoint_paths


class Failing(keras.callbacks.Callback):
    """Fails at the end of every epoch."""

    def __init__(self, error):
        super().__init__()
        self.error = error

    def on_epoch_end(self, epoch, logs=None):
        raise self.error


class Seeing(keras.callbacks.Callback):
    """Remembers what it is told."""

    def __init__(self):
        super().__init__()
        self.hooks = []

    def on_train_begin(self, logs=None):
        self.hooks.append("begin")

    def on_epoch_end(self, epoch, logs=None):
        self.hooks.append((epoch, "mae" in logs))

    def on_train_end(self, logs=None):
        self.hooks.append("end")


def test_a_failure_is_one_line_and_the_training_goes_on(capsys):
    model, seeing = compiled_model(), Seeing()
    failing = Failing(RuntimeError("no\nroom"))
    train(model, [BestEffort([failing, seeing])], epochs=2)
    assert int(model.optimizer.iterations) == 4
    assert seeing.hooks == ["begin", (0, True), (1, True), "end"]
    lines = capsys.readouterr().err.splitlines()
    assert lines == [
        f"warning: Failing failed at step {step}; the training goes on. "
        "RuntimeError: no room"
        for step in (2, 4)
    ]


@pytest.mark.parametrize(
    "error",
    [KeyboardInterrupt(), TrainingStopped(15, 3), NonFiniteError("nan")],
)
def test_what_is_meant_to_stop_a_training_stops_it(error):
    with pytest.raises(type(error)):
        train(compiled_model(), [BestEffort([Failing(error)])])


def test_the_step_is_saved_before_what_may_end_the_process(tmp_path):
    checkpoints = Checkpoints(tmp_path, every=100)
    dying = BestEffort([Failing(KeyboardInterrupt())])
    callbacks = [Intervals(interval=2, steps=2), checkpoints, dying]
    with pytest.raises(KeyboardInterrupt):
        train(compiled_model(), callbacks, epochs=3)
    assert [p.name for p in checkpoint_paths(tmp_path)] == [
        "step_00000002.keras"
    ]
