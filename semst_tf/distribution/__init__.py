"""Devices, strategies and workers of a distributed training."""

from semst_tf.distribution.devices import distribution_strategy
from semst_tf.distribution.keras_devices import KerasDevices

__all__ = ["KerasDevices", "distribution_strategy"]
