"""Its place puts `tests/` on the import path, for the shared helpers."""

import signal

import keras

# Shells start background jobs with Ctrl-C ignored, and programs pass that on
# to the programs that they start: tests of Ctrl-C would wait in vain.
signal.signal(signal.SIGINT, signal.default_int_handler)

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    # Two devices, for the tests of replicas; only possible before
    # TensorFlow is used.
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )
