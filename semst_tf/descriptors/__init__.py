"""Fields of an image or a feature map that source and translation share."""

from semst_tf.descriptors.feature_field import FeatureField
from semst_tf.descriptors.orientation import OrientationField
from semst_tf.descriptors.second_moments import SecondMomentField
from semst_tf.descriptors.tone import ToneField

__all__ = [
    "FeatureField",
    "OrientationField",
    "SecondMomentField",
    "ToneField",
]
