"""train.py with a fault at a step; a program of test_multi_worker.py.

Arguments: the fault, the step, and those of train.py.
"""

import os
import pathlib
import signal
import sys
from unittest import mock

EXPERIMENTS = pathlib.Path(__file__).parents[2] / "experiments"
sys.path.insert(0, str(EXPERIMENTS))

import train  # noqa: E402
from cli import run  # noqa: E402

from semst_tf.callbacks import Intervals  # noqa: E402
from semst_tf.ops.current_step import current_step  # noqa: E402

FAULTS = {
    "nothing": lambda: None,
    # Like a machine that loses power.
    "dies": lambda: os._exit(9),
    "is asked to stop": lambda: os.kill(os.getpid(), signal.SIGTERM),
}


def main(fault, step):
    def on_train_batch_begin(callback, batch, logs=None):
        if current_step(callback.model) == step:
            FAULTS[fault]()

    with mock.patch.object(
        Intervals, "on_train_batch_begin", on_train_batch_begin
    ):
        run(train.main)


if __name__ == "__main__":
    fault, step = sys.argv[1], int(sys.argv[2])
    sys.argv[:3] = ["train.py"]
    main(fault, step)
