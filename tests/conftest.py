"""Its place puts `tests/` on the import path, for the shared helpers."""

import keras

if keras.backend.backend() == "tensorflow":
    import tensorflow as tf

    # Two devices, for the tests of replicas; only possible before
    # TensorFlow is used.
    tf.config.set_logical_device_configuration(
        tf.config.list_physical_devices("CPU")[0],
        [tf.config.LogicalDeviceConfiguration()] * 2,
    )
