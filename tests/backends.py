"""Python programs in a process of their own, on a Keras backend."""

import importlib.util
import os
import pathlib
import subprocess
import sys

import pytest

TESTS = pathlib.Path(__file__).parent

needs_jax = pytest.mark.skipif(
    importlib.util.find_spec("jax") is None,
    reason="JAX is not installed (the extra `jax`)",
)

FAST_COMPILATION = "--xla_backend_optimization_level=0"

NO_TENSORFLOW = """
import importlib.abc
import sys


class Blocked(importlib.abc.MetaPathFinder):
    def find_spec(self, name, path=None, target=None):
        if name.split(".")[0] in ("tensorflow", "tensorboard", "ai_edge_litert",
                                  "tensorflow_datasets"):
            raise ModuleNotFoundError(f"No module named {name!r}", name=name)


sys.meta_path.insert(0, Blocked())
"""
"""Makes TensorFlow as absent as if it were not installed."""


def run_on(backend, program, *arguments, environment=None):
    """Runs a program in `tests/` and returns what it printed."""
    finished = subprocess.run(
        [sys.executable, "-c", program, *map(str, arguments)],
        cwd=TESTS,
        env={
            **os.environ,
            "KERAS_BACKEND": backend,
            "TF_CPP_MIN_LOG_LEVEL": "3",
            # Compiling takes longer here than running.
            "XLA_FLAGS": FAST_COMPILATION,
            **(environment or {}),
        },
        capture_output=True,
        text=True,
        timeout=1200,
    )
    assert finished.returncode == 0, finished.stderr[-4000:]
    return finished.stdout
