"""Mutual information of what a descriptor sees in two images."""

from keras import ops

from semst_tf.descriptors.random_projection import random_projection
from semst_tf.losses.relative_squared_information import (
    relative_squared_information,
)
from semst_tf.pretrained.unit_images import unit_images

MAPS = 8
"""Fixed random projections of a field that are compared."""


def field_information(field, sources, translations):
    """Returns the information that one field has about the other.

    Args:
        field: Descriptor, a layer that maps images to
            `(batch, rows, columns, channels)`.
        sources: Tensor `(batch, height, width, channels)`, as `unit_images`
            takes it.
        translations: Tensor of the same height and width.

    Returns:
        Float32 tensor `(batch,)`, see `relative_squared_information`.
    """
    tokens = []
    for images in (sources, translations):
        maps = random_projection(field(unit_images(images)), MAPS)
        batch, rows, columns, channels = ops.shape(maps)
        tokens.append(ops.reshape(maps, (batch, rows * columns, channels)))
    return relative_squared_information(*tokens)
