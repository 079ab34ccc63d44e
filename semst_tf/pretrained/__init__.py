"""Networks that were trained elsewhere, and their weights."""

from semst_tf.pretrained.efficientnet_lite0 import EfficientNetLite0
from semst_tf.pretrained.frozen_network import FrozenNetwork

__all__ = [
    "EfficientNetLite0",
    "FrozenNetwork",
]
