"""Devices, strategies and workers of a distributed training."""

from semst_tf.distribution.devices import distribution_strategy
from semst_tf.distribution.keras_devices import KerasDevices
from semst_tf.distribution.workers import is_chief

__all__ = ["KerasDevices", "distribution_strategy", "is_chief"]
