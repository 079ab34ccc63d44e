"""Trainings of presets that stop when the time is over."""

import os
import pathlib
import signal
import sys
import threading
import time

from absl import flags

from accelerator.figures import device
from accelerator.figures import figure
from accelerator.figures import figures
from accelerator.figures import write_figure
from accelerator.loading_cost import loading
from accelerator.models import configuration
from accelerator.models import new_model
from accelerator.models import policy
from accelerator.models import set_precision

FLAGS = flags.FLAGS

OUT_OF_TIME = 75


def train():
    """Trains the presets in turn, until the time or the steps are over."""
    if not FLAGS.source or not FLAGS.target:
        raise ValueError(
            "Training needs --source and --target. "
            f"Received: {FLAGS.source}, {FLAGS.target}"
        )
    steps = FLAGS.steps or planned_steps()
    # The run saves and stops on this signal, as on a cluster's; while it is
    # not running, there is nothing to save.
    signal.signal(signal.SIGTERM, lambda *_: sys.exit(OUT_OF_TIME))
    seconds = 60 * FLAGS.minutes
    deadline = time.monotonic() + seconds
    alarm = threading.Timer(
        seconds, lambda: os.kill(os.getpid(), signal.SIGTERM)
    )
    alarm.daemon = True
    alarm.start()
    try:
        for preset in FLAGS.presets:
            out_of_time = time.monotonic() >= deadline
            if out_of_time or not train_preset(preset, steps):
                return OUT_OF_TIME
    finally:
        alarm.cancel()


def planned_steps():
    """Steps that all presets can take in the time, the same for each."""
    loading()
    name = "seconds_per_step_with_loading"
    seconds = [figures()[f"loading_{p}"][name] for p in FLAGS.presets]
    # Compiling, checkpoints and sample images take their time, too.
    fitting = 0.7 * 60 * FLAGS.minutes / sum(seconds)
    every = FLAGS.checkpoint_every
    steps = max(1, int(fitting) // every) * every
    return figure("plan", lambda: {"steps": steps})["steps"]


def train_preset(preset, steps):
    """Trains to the end and says so, or to the end of the time."""
    from semst_tf.callbacks import TrainingStopped
    from semst_tf.training.training_run import TrainingRun

    set_precision(FLAGS.train_precision)
    workdir = pathlib.Path(FLAGS.output) / f"run_{preset}"
    every = min(FLAGS.checkpoint_every, steps)
    training = TrainingRun(
        workdir,
        configuration(preset, 1).replace({"training.steps": steps}),
        FLAGS.source,
        FLAGS.target,
        interval=every,
        checkpoint_every=every,
        sample_every=every,
        dtype=policy(FLAGS.train_precision),
    )
    reached = steps
    try:
        training.train()
    except TrainingStopped as stopped:
        print(f"{preset}: {stopped}; the same command continues")
        reached = stopped.step
    pack(preset, workdir)
    values = {"steps": reached, "of": steps, "device": device()}
    write_figure(f"trained_{preset}", values)
    return reached == steps


def pack(preset, workdir):
    """Keeps the generator as float16, half as large, and how to make it."""
    import numpy as np

    from semst_tf.loading.load_translator import load_translator
    from semst_tf.storage.atomic_files import replacing

    weights = load_translator(workdir).get_weights()
    path = pathlib.Path(FLAGS.output) / f"generator_{preset}.npz"
    with replacing(path) as unfinished:
        np.savez_compressed(
            unfinished, *(weight.astype("float16") for weight in weights)
        )


def unpack():
    """Writes `<preset>.keras`, a generator that evaluate.py reads."""
    import numpy as np

    folder = pathlib.Path(FLAGS.output)
    for preset in FLAGS.presets:
        path = folder / f"generator_{preset}.npz"
        if not path.exists():
            raise ValueError(f"It has not been trained yet. Received: {path}")
        translator = new_model(preset, 1, "float32").translator
        with np.load(path) as packed:
            translator.set_weights(
                [packed[name].astype("float32") for name in packed.files]
            )
        translator.save(folder / f"{preset}.keras")
        print(f"wrote {folder / preset}.keras")
