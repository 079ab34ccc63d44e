"""Generators, discriminators and patch heads."""

from semst_tf.networks.antialiased_fast_generator import (
    AntialiasedFastGenerator,
)
from semst_tf.networks.fast_generator import FastGenerator
from semst_tf.networks.keras_generator import KerasGenerator
from semst_tf.networks.multi_scale_generator import MultiScaleGenerator
from semst_tf.networks.patch_discriminator import PatchDiscriminator
from semst_tf.networks.patch_projector import PatchProjector
from semst_tf.networks.projected_discriminator import ProjectedDiscriminator
from semst_tf.networks.resnet_generator import ResNetGenerator
from semst_tf.networks.scale_attention import ScaleAttention

__all__ = [
    "AntialiasedFastGenerator",
    "FastGenerator",
    "KerasGenerator",
    "MultiScaleGenerator",
    "PatchDiscriminator",
    "PatchProjector",
    "ProjectedDiscriminator",
    "ResNetGenerator",
    "ScaleAttention",
]
