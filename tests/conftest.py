"""Its place puts `tests/` on the import path, for the shared helpers.

Models train and predict eagerly here, because the few steps of a test take
far less time than tracing them; tests of what is compiled are marked
`compiled`.
"""

import gc
import os
import signal

# Before TensorFlow: XLA compiles longer here than what it compiles runs.
os.environ.setdefault("XLA_FLAGS", "--xla_backend_optimization_level=0")

import keras
import pytest

# Shells start background jobs with Ctrl-C ignored, and programs pass that on
# to the programs that they start: tests of Ctrl-C would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf
    from eager_models import models_run_eagerly
    from untuned_data import leave_data_untuned

    leave_data_untuned()

    # Two devices, for the tests of replicas; only possible before
    # TensorFlow is used.
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )

    # A hook and no fixture, for the models that fixtures of modules train.
    @pytest.hookimpl(tryfirst=True)
    def pytest_runtest_setup(item):
        models_run_eagerly(item.get_closest_marker("compiled") is None)


def pytest_collection_modifyitems(items):
    """Files with slow tests come first, so that workers end together."""
    slow = {item.path for item in items if item.get_closest_marker("slow")}
    items.sort(key=lambda item: item.path not in slow)


def pytest_collection_finish():
    """Spares the collector what is imported, and stays to the end."""
    gc.collect()
    gc.freeze()
    gc.set_threshold(20_000, 10, 10)
