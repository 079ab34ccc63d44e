"""Readers of checkpoints that other implementations wrote."""

from semst_tf.importers.cut_discriminator import cut_discriminator
from semst_tf.importers.cut_generator import cut_generator

__all__ = ["cut_discriminator", "cut_generator"]
