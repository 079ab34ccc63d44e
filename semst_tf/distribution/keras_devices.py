"""Devices where Keras itself distributes a training."""

import contextlib

import keras

from semst_tf.distribution.workers import worker_count


class KerasDevices:
    """What `distribution_strategy` is on a backend without `tf.distribute`.

    On JAX one program works on the whole batch and `keras.distribution`
    splits the batch over the devices. That is chosen for the whole process,
    before the model is made.

    Args:
        devices: str or `None`. `"gpu"`, `"gpu:0,gpu:1"`, `"cpu"`, `"cpu:0"`
            ... as `keras.distribution.list_devices` names them. `None` and
            `""` are all devices that the backend prefers.

    Raises:
        ValueError: If a device does not exist, or `TF_CONFIG` names several
            workers.

    Example:

    >>> with KerasDevices("gpu").scope():
    ...     model = semst_tf.SemST.from_preset("semst")
    """

    num_replicas_in_sync = 1
    """One program, whatever the number of devices."""

    def __init__(self, devices=None):
        if worker_count() > 1:
            raise ValueError(
                "Several workers through TF_CONFIG need the TensorFlow "
                f"backend. Received: KERAS_BACKEND={keras.backend.backend()}"
            )
        names = _named((devices or "").strip().lower())
        if len(names) > 1:
            keras.distribution.set_distribution(
                keras.distribution.DataParallel(devices=names)
            )

    def scope(self):
        """Returns a context in which to make the model; it does nothing."""
        return contextlib.nullcontext()


def _named(devices):
    known = keras.distribution.list_devices()
    if not devices:
        return known
    names = []
    for name in devices.split(","):
        name = name.strip()
        found = [k for k in known if name in (k, k.split(":")[0])]
        if not found:
            raise ValueError(
                f"There is no such device; there are {', '.join(known)}. "
                f"Received: devices={devices!r}"
            )
        names += found
    return names
