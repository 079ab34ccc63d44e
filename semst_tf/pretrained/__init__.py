"""Frozen networks, their weights and the readers of these."""

from semst_tf.pretrained.efficientnet_lite0 import EfficientNetLite0
from semst_tf.pretrained.espnetv2 import ESPNetV2
from semst_tf.pretrained.frozen_network_base import FrozenNetwork
from semst_tf.pretrained.frozen_networks import frozen_network
from semst_tf.pretrained.image_descriptions import describe_images
from semst_tf.pretrained.image_segmentation import segment_images
from semst_tf.pretrained.inception import InceptionFeatures
from semst_tf.pretrained.inception_weights import load_inception
from semst_tf.pretrained.keras_features import KerasFeatures
from semst_tf.pretrained.lpips_network import LPIPSNetwork
from semst_tf.pretrained.segmenter import SEGMENTER_SIZE
from semst_tf.pretrained.segmenter import load_segmenter

__all__ = [
    "ESPNetV2",
    "EfficientNetLite0",
    "FrozenNetwork",
    "InceptionFeatures",
    "KerasFeatures",
    "LPIPSNetwork",
    "SEGMENTER_SIZE",
    "describe_images",
    "frozen_network",
    "load_inception",
    "load_segmenter",
    "segment_images",
]
