"""Fields of an image or a feature map that source and translation share."""

from semst_tf.descriptors.feature_field import FeatureField
from semst_tf.descriptors.filter_bank import texture_filters
from semst_tf.descriptors.orientation import OrientationField
from semst_tf.descriptors.random_projection import random_projection
from semst_tf.descriptors.second_moments import SecondMomentField
from semst_tf.descriptors.tone import ToneField
from semst_tf.ops.luminance import luminance
from semst_tf.ops.patch_positions import gather_tokens
from semst_tf.ops.patch_positions import grid_coordinates
from semst_tf.ops.patch_positions import sample_positions

__all__ = [
    "FeatureField",
    "OrientationField",
    "SecondMomentField",
    "ToneField",
    "gather_tokens",
    "grid_coordinates",
    "luminance",
    "random_projection",
    "sample_positions",
    "texture_filters",
]
