"""Two processes on one machine in the place of two machines."""

import json
import os
import pathlib
import shutil
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest
from folders import contents
from folders import write_images

from semst_tf import SemST
from semst_tf import preset_config
from semst_tf.storage.loss_history import read_history
from semst_tf.training.training_run import TrainingRun

if keras.backend.backend() != "tensorflow":
    pytest.skip("distributes with TensorFlow", allow_module_level=True)

PROGRAM = pathlib.Path(__file__).with_name("multi_worker_training.py")
TIMEOUT = 600
STEPS = 5
FIELDS = {
    "generator.filters": "4",
    "generator.blocks": "1",
    "generator.target_start": "true",
    "discriminator.filters": "4",
    "discriminator.layers": "1",
    "contrastive.patches": "16",
    "contrastive.units": "16",
    "contrastive.identity": "false",
    "data.crop_size": "16",
    "data.resize": "",
    "data.batch_size": "2",
    "training.steps": str(STEPS),
    "optimizer.learning_rate": "0.002",
    "training.ema_decay": "0.9",
}
CONFIG = preset_config("cut").replace(FIELDS)
OFTEN = {"interval": 1, "checkpoint_every": 1, "sample_every": STEPS}


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    root = tmp_path_factory.mktemp("images")
    for domain, count in (("source", 5), ("target", 3)):
        write_images(root / domain, count=count, size=(20, 24))
    return {name: root / name for name in ("source", "target")}


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start_two(images, workdirs, fault="nothing", step=-1):
    """Starts both workers; something happens to the second before a step."""
    hosts = [f"127.0.0.1:{port}" for port in free_ports(2)]
    flags = {**images, **OFTEN, "preset": "cut"}
    command = [f"--{name}={value}" for name, value in flags.items()]
    command += [f"--set={name}={value}" for name, value in FIELDS.items()]
    return [
        subprocess.Popen(
            [
                sys.executable,
                PROGRAM,
                fault if number == 1 else "nothing",
                str(step),
                f"--workdir={workdir}",
                *command,
            ],
            env={
                **os.environ,
                "TF_CPP_MIN_LOG_LEVEL": "3",
                "CUDA_VISIBLE_DEVICES": "",
                "TF_CONFIG": json.dumps(
                    {
                        "cluster": {"worker": hosts},
                        "task": {"type": "worker", "index": number},
                    }
                ),
            },
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        for number, workdir in enumerate(workdirs)
    ]


def finish(processes, code):
    """Waits for both, which must end alike; returns what they printed."""
    outputs = []
    try:
        for process in processes:
            output, _ = process.communicate(timeout=TIMEOUT)
            assert process.returncode == code, output[-4000:]
            outputs.append(output)
    finally:
        stop(processes)
    return outputs


def stop(processes):
    for process in processes:
        process.kill()
        process.communicate()


def losses(workdir):
    """Losses of each step; those of a step that is there twice fail."""
    rows = read_history(workdir / "metrics.json")
    assert [row["step"] for row in rows] == list(range(1, len(rows) + 1))
    names = sorted(set(rows[0]) - {"step", "seconds"})
    return [[row[name] for name in names] for row in rows]


def distance(weights, others):
    """Length of the difference of all weights together."""
    pairs = zip(weights, others, strict=True)
    return sum(np.sum((one - other) ** 2) for one, other in pairs) ** 0.5


@pytest.fixture(scope="module")
def alone(images, tmp_path_factory):
    """Two replicas of one process: the run directory and the model."""
    workdir = tmp_path_factory.mktemp("alone") / "run"
    run = TrainingRun(
        workdir, CONFIG, *images.values(), devices="cpu:2", **OFTEN
    )
    return workdir, run.train()


def asked_to_stop(images, run, seen):
    workers = start_two(images, (run, seen), "is asked to stop", step=1)
    for output in finish(workers, code=75):
        assert "stopped at step 2, which is saved" in output
    assert not seen.exists()


def one_dies(images, run, seen):
    workers = start_two(images, (run, seen), "dies", step=3)
    try:
        output, _ = workers[1].communicate(timeout=TIMEOUT)
        assert workers[1].returncode == 9, output[-4000:]
    finally:
        # The other one waits for it, or has noticed; a cluster's manager
        # stops it, and starts both again.
        stop(workers)
    assert not seen.exists()


@pytest.mark.compiled  # As the workers are, which it is compared with.
@pytest.mark.parametrize(
    ("interrupt", "steps"),
    [
        pytest.param(asked_to_stop, (2,), marks=pytest.mark.slow),
        # It is not known how far the other one came.
        pytest.param(one_dies, (2, 3), marks=pytest.mark.soak),
    ],
)
def test_two_workers_train_like_two_replicas_whatever_stops_them(
    images, alone, tmp_path, interrupt, steps
):
    # The second worker sees the run in a place of its own, to which nothing
    # may be written.
    run, seen = tmp_path / "run", tmp_path / "seen"
    interrupt(images, run, seen)

    shutil.copytree(run, seen)
    before = contents(seen)
    for output in finish(start_two(images, (run, seen)), code=0):
        assert any(
            f"continuing at step {step} of {STEPS}" in output for step in steps
        )
    assert contents(seen) == before

    workdir, expected = alone
    places = (run, workdir)
    names = [sorted(p.name for p in place.iterdir()) for place in places]
    assert names[0] == names[1]
    np.testing.assert_allclose(losses(run), losses(workdir), rtol=2e-3)
    weights = keras.saving.load_model(run / "model.keras").get_weights()
    initial = SemST(CONFIG).get_weights()
    # Biases before a normalisation have no gradient but rounding, which
    # Adam follows all the same.
    change = distance(expected.get_weights(), initial)
    assert distance(weights, expected.get_weights()) < 0.2 * change
