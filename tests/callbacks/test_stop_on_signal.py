import signal
import threading

import keras
import pytest
from one_weight import compiled_model
from one_weight import train

from semst_tf.callbacks import Checkpoints
from semst_tf.callbacks import StopOnSignal
from semst_tf.callbacks import TrainingStopped
from semst_tf.storage.checkpoint_files import checkpoint_paths


class Send(keras.callbacks.Callback):
    """Sends this process a signal within a step."""

    def __init__(self, number, step):
        super().__init__()
        self.number = number
        self.step = step

    def on_train_batch_begin(self, batch, logs=None):
        if int(self.model.optimizer.iterations) == self.step - 1:
            signal.raise_signal(self.number)


@pytest.mark.parametrize(
    ("number", "code"), [(signal.SIGTERM, 75), (signal.SIGINT, 130)]
)
@pytest.mark.parametrize("step", [3, 4])
def test_the_step_is_finished_and_saved(tmp_path, number, code, step):
    usual = signal.getsignal(number)
    checkpoints = Checkpoints(tmp_path, every=100)
    with pytest.raises(TrainingStopped, match=f"step {step}") as stopped:
        with StopOnSignal(checkpoints) as stop:
            train(
                compiled_model(),
                [Send(number, step), checkpoints, stop],
                epochs=3,
                steps=4,
            )
    assert stopped.value.exit_code == code
    assert signal.getsignal(number) == usual
    saved = [path.name for path in checkpoint_paths(tmp_path)]
    assert saved == [f"step_{step:08d}.keras"]


def test_a_second_ctrl_c_does_not_wait(tmp_path):
    checkpoints = Checkpoints(tmp_path, every=100)
    with pytest.raises(KeyboardInterrupt):
        with StopOnSignal(checkpoints) as stop:
            twice = [Send(signal.SIGINT, 2), Send(signal.SIGINT, 2)]
            train(compiled_model(), [*twice, checkpoints, stop])
    assert checkpoint_paths(tmp_path) == []


def test_threads_that_get_no_signals_can_train(tmp_path):
    steps = []

    def work():
        model = compiled_model()
        with StopOnSignal(Checkpoints(tmp_path, every=100)) as stop:
            train(model, [stop])
        steps.append(int(model.optimizer.iterations))

    thread = threading.Thread(target=work)
    thread.start()
    thread.join()
    assert steps == [2]
