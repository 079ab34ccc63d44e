"""The networks: what translates, what judges, what makes tokens."""

from semst_tf.networks.patch_discriminator import PatchDiscriminator
from semst_tf.networks.patch_projector import PatchProjector
from semst_tf.networks.resnet_generator import ResNetGenerator

__all__ = ["PatchDiscriminator", "PatchProjector", "ResNetGenerator"]
