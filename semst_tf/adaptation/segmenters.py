"""The segmenters that a study can train, by name."""

from semst_tf.adaptation.efficientnet_segmenter_network import (
    efficientnet_segmenter,
)
from semst_tf.adaptation.segmenter_network import segmenter


def _efficientnet_lite0(recipe, classes, seed):
    return efficientnet_segmenter(
        classes, recipe.filters, recipe.backbone_rate, seed
    )


def _deeplab(recipe, classes, seed):
    return segmenter(classes, recipe.filters, seed)


SEGMENTERS = {"efficientnet_lite0": _efficientnet_lite0, "deeplab": _deeplab}
"""Functions from a recipe, a number of classes and a seed to a model."""


def make_segmenter(recipe, classes, seed):
    """Makes the segmenter of a recipe, with fresh weights.

    Args:
        recipe: `SegmenterRecipe`.
        classes: int. Number of classes.
        seed: int. Of the weights.

    Returns:
        `keras.Model` that maps `(batch, height, width, 3)` in [-1, 1], sizes
        multiples of 32, to probabilities `(batch, height, width, classes)`.
    """
    return SEGMENTERS[recipe.segmenter](recipe, classes, seed)
