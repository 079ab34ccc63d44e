"""Trainings in processes of their own, to be killed for real."""

import io
import os
import subprocess
import sys
import time
import zipfile
from pathlib import Path

import h5py
from folders import write_images

from semst_tf.storage.checkpoint_files import checkpoint_paths

TRAIN = Path(__file__).parents[2] / "experiments" / "train.py"
FAULTY = Path(__file__).with_name("train_with_fault.py")
TIMEOUT = 900
SMALL = (
    "--preset=cut",
    "--set=generator.filters=4",
    "--set=generator.blocks=1",
    "--set=discriminator.filters=4",
    "--set=discriminator.layers=1",
    "--set=contrastive.patches=8",
    "--set=contrastive.units=8",
    # Less to compile, where it does not matter what is minimised.
    "--set=contrastive.weight=0",
    "--set=contrastive.identity=false",
    "--set=data.crop_size=32",
    "--set=data.resize=",
    "--interval=2",
    "--checkpoint_every=4",
    "--sample_every=400",
)


def fill(root):
    """Writes images of both domains and returns the folder."""
    write_images(root / "source", count=5)
    write_images(root / "target", count=2, size=(40, 33))
    return root


def start(root, workdir, *flags, script=TRAIN, **options):
    """Starts a training and returns its `subprocess.Popen`."""
    return subprocess.Popen(
        [
            sys.executable,
            script,
            f"--source={root / 'source'}",
            f"--target={root / 'target'}",
            f"--workdir={workdir}",
            *SMALL,
            *flags,
        ],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env={
            **os.environ,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            "PYTHONPATH": str(TRAIN.parent),
        },
        **options,
    )


def finish(process):
    """Waits for a training; returns exit code, stdout and stderr."""
    try:
        output, errors = process.communicate(timeout=TIMEOUT)
    finally:
        process.kill()
    return process.returncode, output, errors


def wait_for_checkpoint(process, workdir):
    """Waits until a training has saved for the first time."""
    end = time.monotonic() + TIMEOUT
    while not checkpoint_paths(workdir / "checkpoints"):
        if process.poll() is not None or time.monotonic() > end:
            process.kill()
            raise AssertionError(process.communicate())
        time.sleep(0.05)


def stop(process, number):
    """Sends a signal and returns what `finish` does."""
    process.send_signal(number)
    return finish(process)


def state(path):
    """Everything that a checkpoint holds: arrays by name, and its place."""
    arrays = {}

    def remember(name, item):
        if isinstance(item, h5py.Dataset):
            arrays[name] = item[()]

    with zipfile.ZipFile(path) as archive:
        weights = io.BytesIO(archive.read("model.weights.h5"))
        with h5py.File(weights) as file:
            file.visititems(remember)
        return arrays, archive.read("position.json")
