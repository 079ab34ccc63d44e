"""Layers that Keras lacks."""

from semst_tf.layers.blur_downsample import BlurDownsample
from semst_tf.layers.blur_upsample import BlurUpsample
from semst_tf.layers.conv2d import Conv2D
from semst_tf.layers.differentiable_augmentation import (
    DifferentiableAugmentation,
)
from semst_tf.layers.guided_filter import GuidedFilter
from semst_tf.layers.instance_normalization import InstanceNormalization
from semst_tf.layers.layer_sequence import LayerSequence
from semst_tf.layers.leaky_relu import LeakyReLU
from semst_tf.layers.pad_to_multiple import PadToMultiple
from semst_tf.layers.plain_residual_block import PlainResidualBlock
from semst_tf.layers.random_mixing import RandomMixing
from semst_tf.layers.reflection_padding import ReflectionPadding2D
from semst_tf.layers.residual_block import ResidualBlock
from semst_tf.layers.scale_fusion import ScaleFusion
from semst_tf.layers.smooth_pixel_shuffle import SmoothPixelShuffle
from semst_tf.layers.spectral_conv2d import SpectralConv2D

__all__ = [
    "LeakyReLU",
    "BlurDownsample",
    "BlurUpsample",
    "Conv2D",
    "DifferentiableAugmentation",
    "GuidedFilter",
    "InstanceNormalization",
    "LayerSequence",
    "PadToMultiple",
    "PlainResidualBlock",
    "RandomMixing",
    "ReflectionPadding2D",
    "ResidualBlock",
    "ScaleFusion",
    "SmoothPixelShuffle",
    "SpectralConv2D",
]
