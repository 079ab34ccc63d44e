"""gpu_figures.py from outside, shortened: it stops, goes on and is done."""

import json
import os
import subprocess
import sys

import numpy as np
import pytest
from backends import FAST_COMPILATION
from backends import needs_jax
from folders import write_images
from scripts import assert_one_line
from scripts import run_here
from scripts import script_path

from semst_tf.loading.load_translator import load_translator

TORCH = """#!/bin/sh
cat > /dev/null
echo "device: some GPU"
echo "seconds: 3.0 2.0"
echo "memory: 7 MiB"
"""
"""Answers like torch_cut_step.py where PyTorch is."""


def measure(folder, *more):
    command = [
        *(sys.executable, script_path("gpu_figures")),
        *(f"--output={folder / 'figures'}", "--presets=tiny"),
        *("--size=32", "--filters=4", "--batch_sizes=2"),
        *("--precisions=bfloat16", "--timed_steps=2", "--matrix_side=32"),
        *(f"--source={folder / 'source'}", f"--target={folder / 'target'}"),
        *("--resize=", "--loading_pairs=1", "--steps=2"),
        *("--checkpoint_every=1", f"--torch_cut={folder / 'cut'}"),
        *more,
    ]
    result = subprocess.run(
        command,
        env={
            **os.environ,
            "KERAS_BACKEND": "jax",
            "XLA_FLAGS": FAST_COMPILATION,
        },
        capture_output=True,
        text=True,
        timeout=1200,
    )
    result.args = command[1:]
    return result


def figures(folder):
    return json.loads((folder / "figures" / "figures.json").read_text())


@pytest.fixture(scope="module")
def calls(tmp_path_factory):
    """What was printed and measured in no time, and when there was time."""
    folder = tmp_path_factory.mktemp("lease")
    write_images(folder / "source")
    write_images(folder / "target")
    results = [measure(folder, "--minutes=0")]
    measured = [figures(folder)]
    other = folder / "python"
    other.write_text(TORCH)
    other.chmod(0o755)
    stages = "--stages=torch,speed,loading,train,unpack,table"
    results.append(measure(folder, stages, f"--torch_python={other}"))
    measured.append(figures(folder))
    return folder, results, measured


@needs_jax
@pytest.mark.slow
def test_what_fails_is_written_down_and_the_rest_measured(calls):
    _, _, (measured, _) = calls
    assert "failed" in measured["torch_eager_2_bfloat16"]
    assert measured["step_tiny_2_bfloat16"]["images_per_second"] > 0
    assert measured["step_tiny_2_bfloat16"]["memory_mib"] > 0
    assert 0 < measured["step_tiny_2_bfloat16"]["share_of_matrix_rate"]
    assert measured["loading_tiny"]["ratio"] > 0


@needs_jax
@pytest.mark.slow
def test_a_second_call_measures_only_what_is_missing(calls):
    _, (first, second), (before, after) = calls
    assert first.returncode == 75, first.stderr
    assert second.returncode == 0, second.stderr
    for name, values in before.items():
        if not name.startswith(("torch", "trained")):
            assert after[name] == values
    assert after["torch_compiled_2_bfloat16"] == {
        "device": "some GPU",
        "images_per_second": 1.333,
        "seconds_per_step": 1.5,
        "memory_mib": 7,
    }
    assert "| step_tiny_2_bfloat16 |" in second.stdout


@needs_jax
@pytest.mark.slow
def test_the_training_is_finished_and_its_generator_kept(calls):
    folder, _, (_, after) = calls
    assert after["trained_tiny"]["steps"] == 2
    output = folder / "figures"
    trained = load_translator(output / "run_tiny").get_weights()
    kept = load_translator(output / "tiny.keras").get_weights()
    for wanted, got in zip(trained, kept, strict=True):
        np.testing.assert_array_equal(got, wanted.astype("float16"))


@needs_jax
@pytest.mark.slow
def test_figures_of_other_sizes_are_not_mixed(calls):
    folder, _, _ = calls
    result = measure(folder, "--filters=8")
    assert_one_line(result, "other settings", "filters")


def test_another_backend_is_refused(tmp_path, monkeypatch):
    monkeypatch.setenv("KERAS_BACKEND", "tensorflow")
    result = run_here("gpu_figures", f"--output={tmp_path}")
    assert_one_line(result, "KERAS_BACKEND=jax")
