"""Readers of checkpoints that other implementations wrote."""

from semst_tf.importers.cut_discriminator_file import cut_discriminator
from semst_tf.importers.cut_generator_file import cut_generator

__all__ = ["cut_discriminator", "cut_generator"]
