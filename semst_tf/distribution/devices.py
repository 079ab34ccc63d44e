"""From what a person types about devices to how training is distributed."""

import functools
import re

import keras

from semst_tf.distribution.keras_devices import KerasDevices
from semst_tf.distribution.workers import worker_count


def distribution_strategy(devices=None):
    """Makes the `tf.distribute` strategy for the devices of a training.

    Make the model and its data inside `strategy.scope()`.

    Args:
        devices: str or `None`. Names separated by commas, upper or lower
            case: `"gpu:0,gpu:1"` is one replica on each of these GPUs,
            `"gpu"` one on every GPU of the machine, `"cpu"` one on the
            processor. `"cpu:2"` splits the processor in two and is for
            trying out replicas. `None` and `""` are the workers that the
            variable `TF_CONFIG` names, if there are several, or else all
            GPUs of the machine, or else the processor.

    Returns:
        `tf.distribute.Strategy`: `MultiWorkerMirroredStrategy` for several
        workers, TensorFlow's default one where there is one device and none
        was named, `MirroredStrategy` otherwise. `KerasDevices` where the
        backend of Keras is not TensorFlow.

    Raises:
        ValueError: If a name is not one of these, this machine lacks the
            device, TensorFlow is in use already and can't be given more
            logical CPUs, or `TF_CONFIG` is not understood.

    Example:

    ```python
    with distribution_strategy("gpu:0,gpu:1").scope():
        model = semst_tf.SemST.from_preset("semst")
        model.compile()
    ```
    """
    if keras.backend.backend() != "tensorflow":
        return KerasDevices(devices)
    import tensorflow as tf

    devices = (devices or "").strip().lower()
    workers = worker_count()
    if workers > 1:
        if devices:
            raise ValueError(
                "Each of several workers uses all GPUs that it sees (choose "
                "them with CUDA_VISIBLE_DEVICES); leave `devices` empty, or "
                f"remove TF_CONFIG. Received: devices={devices!r}, "
                f"{workers} workers in TF_CONFIG"
            )
        return tf.distribute.MultiWorkerMirroredStrategy()
    if not devices:
        gpus = len(tf.config.list_physical_devices("GPU"))
        if gpus < 2:
            return tf.distribute.get_strategy()
        return _mirrored(*_gpus(range(gpus)))
    return _mirrored(*_named(devices))


@functools.cache
def _mirrored(*devices):
    # One for a process: TensorFlow numbers the collective operations of each
    # strategy from the same start, and takes those of two for each other.
    import tensorflow as tf

    return tf.distribute.MirroredStrategy(list(devices))


def _named(devices):
    """Device names of TensorFlow, from those that a person types."""
    if devices == "gpu":
        return _gpus(range(_machine_gpus()))
    names = [name.strip() for name in devices.split(",")]
    split = re.fullmatch(r"cpu(?::([1-9]\d{0,2}))?", devices)
    if split:
        return _logical_cpus(int(split[1] or 1))
    matches = [re.fullmatch(r"gpu:(\d{1,3})", name) for name in names]
    if not all(matches) or len(set(names)) < len(names):
        raise ValueError(
            "`devices` is 'gpu', 'gpu:0,gpu:1' with each GPU once, 'cpu', or "
            f"'cpu:2' for two logical CPUs. Received: devices={devices!r}"
        )
    return _gpus([int(match[1]) for match in matches])


def _machine_gpus():
    import tensorflow as tf

    return len(tf.config.list_physical_devices("GPU"))


def _gpus(numbers):
    count = _machine_gpus()
    numbers = list(numbers)
    missing = [f"gpu:{number}" for number in numbers if number >= count]
    if missing or not numbers:
        raise ValueError(
            "TensorFlow does not see this device. Received: "
            f"{', '.join(missing) or 'gpu'}, on a machine of {count} GPUs"
        )
    return [f"GPU:{number}" for number in numbers]


def _logical_cpus(count):
    import tensorflow as tf

    processor = tf.config.list_physical_devices("CPU")[0]
    have = tf.config.get_logical_device_configuration(processor)
    if count > len(have or [None]):
        try:
            tf.config.set_logical_device_configuration(
                processor, [tf.config.LogicalDeviceConfiguration()] * count
            )
        except RuntimeError as error:
            raise ValueError(
                "The processor can only be split before TensorFlow is used: "
                "ask for the devices first, before models and data. "
                f"Received: devices='cpu:{count}'"
            ) from error
    return [f"CPU:{number}" for number in range(count)]
