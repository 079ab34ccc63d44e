"""A segmenter for a domain without labels, from translated labelled images.

Not imported by `import semst_tf`: its segmenter `deeplab` needs keras-cv, which
loads tensorflow-datasets.
"""

from semst_tf.adaptation.adaptation_study import AdaptationStudy
from semst_tf.adaptation.efficientnet_features import EfficientNetFeatures
from semst_tf.adaptation.efficientnet_segmenter_network import (
    efficientnet_segmenter,
)
from semst_tf.adaptation.labelled_images import LabelledImages
from semst_tf.adaptation.labelled_translation import translate_labelled
from semst_tf.adaptation.segmenter_network import segmenter
from semst_tf.adaptation.segmenter_recipe import SegmenterRecipe
from semst_tf.adaptation.segmenter_training import train_segmenter
from semst_tf.adaptation.study_table import adaptation_table
from semst_tf.adaptation.target_images import TargetImages

__all__ = [
    "AdaptationStudy",
    "EfficientNetFeatures",
    "LabelledImages",
    "SegmenterRecipe",
    "TargetImages",
    "adaptation_table",
    "efficientnet_segmenter",
    "segmenter",
    "train_segmenter",
    "translate_labelled",
]
