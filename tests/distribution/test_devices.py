import json
import os
import subprocess
import sys

import keras
import pytest

if keras.backend.backend() != "tensorflow":
    pytest.skip("distributes with TensorFlow", allow_module_level=True)

import tensorflow as tf

from semst_tf.distribution import devices
from semst_tf.distribution.devices import distribution_strategy
from semst_tf.distribution.workers import worker_count


def pretend_gpus(monkeypatch, count):
    """A machine of so many GPUs, and strategies that only record names."""

    def listed(kind=None):
        return ["GPU"] * count if kind == "GPU" else ["CPU"]

    monkeypatch.setattr(tf.config, "list_physical_devices", listed)
    monkeypatch.setattr(tf.distribute, "MirroredStrategy", tuple)


def workers(count):
    hosts = [f"host{number}:2222" for number in range(count)]
    task = {"type": "worker", "index": 0}
    return json.dumps({"cluster": {"worker": hosts}, "task": task})


@pytest.fixture(autouse=True)
def no_workers(monkeypatch):
    monkeypatch.delenv("TF_CONFIG", raising=False)


@pytest.mark.parametrize("nothing", [None, "", "  "])
@pytest.mark.parametrize("gpus", [0, 1])
def test_one_device_needs_no_replicas(monkeypatch, nothing, gpus):
    pretend_gpus(monkeypatch, gpus)
    assert distribution_strategy(nothing) is tf.distribute.get_strategy()


def test_all_gpus_are_used_unless_some_are_named(monkeypatch):
    pretend_gpus(monkeypatch, 3)
    assert distribution_strategy() == ("GPU:0", "GPU:1", "GPU:2")
    assert distribution_strategy("gpu") == ("GPU:0", "GPU:1", "GPU:2")
    assert distribution_strategy(" GPU:2, gpu:0 ") == ("GPU:2", "GPU:0")
    assert distribution_strategy("gpu:1") == ("GPU:1",)


def test_logical_cpus_are_replicas():
    strategy = distribution_strategy("cpu:2")
    assert strategy.num_replicas_in_sync == 2
    assert distribution_strategy("cpu").num_replicas_in_sync == 1


@pytest.mark.parametrize(
    "name",
    ["tpu", "gpu:", "gpu:x", "cpu:0", "cpu:-1", "gpu:0,gpu:0", "cpu:0,gpu:0"]
    + ["gpu:0,", ",", "0", "gpu:0 gpu:1", "cpu:1,cpu:2"],
)
def test_names_that_mean_nothing_are_refused(monkeypatch, name):
    pretend_gpus(monkeypatch, 2)
    with pytest.raises(ValueError, match="Received: devices="):
        distribution_strategy(name)


@pytest.mark.parametrize("name", ["gpu:2", "gpu:0,gpu:7"])
def test_gpus_that_are_not_there_are_named(monkeypatch, name):
    pretend_gpus(monkeypatch, 2)
    missing = name.split(",")[-1]
    with pytest.raises(ValueError, match=f"Received: {missing}, .* 2 GPUs"):
        distribution_strategy(name)


def test_asking_for_gpus_where_there_are_none_is_refused(monkeypatch):
    pretend_gpus(monkeypatch, 0)
    with pytest.raises(ValueError, match="Received: gpu, .* 0 GPUs"):
        distribution_strategy("gpu")


def test_the_processor_cannot_be_split_too_late():
    tf.constant(1.0)  # TensorFlow is in use now.
    with pytest.raises(ValueError, match="before.*Received: devices='cpu:5'"):
        distribution_strategy("cpu:5")


def test_the_processor_is_split_in_a_fresh_process():
    program = (
        "from semst_tf.distribution.devices import distribution_strategy;"
        "strategy = distribution_strategy('cpu:3');"
        "print('replicas', strategy.num_replicas_in_sync)"
    )
    result = subprocess.run(
        [sys.executable, "-c", program],
        capture_output=True,
        text=True,
        timeout=300,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    assert "replicas 3" in result.stdout, result.stderr


def test_several_workers_of_the_environment_train_together(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", workers(2))
    monkeypatch.setattr(
        tf.distribute, "MultiWorkerMirroredStrategy", lambda: "many"
    )
    assert distribution_strategy() == "many"
    assert worker_count() == 2


def test_one_worker_is_one_machine(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", workers(1))
    pretend_gpus(monkeypatch, 0)
    assert distribution_strategy() is tf.distribute.get_strategy()


def test_workers_and_named_devices_exclude_each_other(monkeypatch):
    monkeypatch.setenv("TF_CONFIG", workers(3))
    with pytest.raises(ValueError, match="Received: devices='gpu:0', 3"):
        devices.distribution_strategy("gpu:0")


@pytest.mark.parametrize(
    "text", ["{", "[]", "3", '{"cluster": 3}', '{"cluster": {"worker": 3}}']
)
def test_a_damaged_cluster_description_is_refused(monkeypatch, text):
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(ValueError, match="Received: TF_CONFIG="):
        distribution_strategy()


def test_two_trainings_of_a_process_share_their_replicas():
    # TensorFlow would mix up the collective operations of two strategies.
    assert distribution_strategy("cpu:2") is distribution_strategy(" CPU:2")
