"""Two processes on one machine in the place of two machines."""

import json
import os
import pathlib
import socket
import subprocess
import sys

import keras
import numpy as np
import pytest
from folders import write_pictures

if keras.backend.backend() != "tensorflow":
    pytest.skip("distributes with TensorFlow", allow_module_level=True)

TESTS = pathlib.Path(__file__).parent
PROGRAM = TESTS / "multi_worker_training.py"
NEVER = -1
TIMEOUT = 600


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def start(folder, die_at=NEVER, cluster=None):
    path = os.pathsep.join([str(TESTS), os.environ.get("PYTHONPATH", "")])
    environment = {
        **os.environ,
        "PYTHONPATH": path,
        "TF_CPP_MIN_LOG_LEVEL": "3",
        "CUDA_VISIBLE_DEVICES": "",
    }
    environment.pop("TF_CONFIG", None)
    if cluster:
        environment["TF_CONFIG"] = json.dumps(cluster)
    return subprocess.Popen(
        [sys.executable, str(PROGRAM), str(folder), str(die_at)],
        env=environment,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        text=True,
    )


def start_two(folder, die_at=NEVER):
    """Starts both workers; the second dies before a step, if asked to."""
    hosts = [f"127.0.0.1:{port}" for port in free_ports(2)]
    return [
        start(
            folder,
            die_at if number == 1 else NEVER,
            {
                "cluster": {"worker": hosts},
                "task": {"type": "worker", "index": number},
            },
        )
        for number in range(2)
    ]


def finish(processes):
    try:
        for process in processes:
            output, _ = process.communicate(timeout=TIMEOUT)
            assert process.returncode == 0, output[-4000:]
    finally:
        stop(processes)


def stop(processes):
    for process in processes:
        process.kill()
        process.communicate()


def result(folder, number=0):
    with np.load(folder / f"weights{number}.npz") as weights:
        weights = [weights[name] for name in weights.files]
    return weights, json.loads((folder / f"losses{number}.json").read_text())


def assert_close(weights, expected):
    for one, other in zip(weights, expected, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-5)


def run_folder(place):
    for domain, count in (("source", 5), ("target", 3)):
        write_pictures(place / domain, count=count, size=(20, 24))
    return place


@pytest.mark.slow
def test_two_workers_train_like_two_replicas_also_after_one_died(tmp_path):
    alone = run_folder(tmp_path / "alone")
    finish([start(alone)])
    weights, losses = result(alone)

    folder = run_folder(tmp_path / "together")
    processes = start_two(folder, die_at=2)
    try:
        processes[1].communicate(timeout=TIMEOUT)
        assert processes[1].returncode == 9
    finally:
        # The other one waits for it, or has noticed; a cluster's manager
        # stops it, and starts both again.
        stop(processes)
    finish(start_two(folder))

    for number in range(2):
        continued, record = result(folder, number)
        assert_close(continued, weights)
        # What was trained before is not trained again.
        first = record["from"]
        assert first in (1, 2)
        for name, values in losses["losses"].items():
            np.testing.assert_allclose(
                record["losses"][name], values[first:], rtol=1e-3
            )
    equal = zip(result(folder, 0)[0], result(folder, 1)[0], strict=True)
    assert all(np.array_equal(one, other) for one, other in equal)
    assert any(
        np.abs(after - before).max() > 1e-3
        for after, before in zip(weights, initial_weights())
    )


def initial_weights():
    from small import small_model

    return small_model("cut", **{"optimizer.ema_decay": 0.9}).get_weights()
