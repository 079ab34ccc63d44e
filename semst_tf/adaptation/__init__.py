"""A segmenter for a domain without labels, from translated labelled images.

Not imported by `import semst_tf`: it needs keras-cv, which loads
tensorflow-datasets.
"""

from semst_tf.adaptation.adaptation_study import AdaptationStudy
from semst_tf.adaptation.adaptation_table import adaptation_table
from semst_tf.adaptation.labelled_pictures import LabelledPictures
from semst_tf.adaptation.segmenter import segmenter
from semst_tf.adaptation.segmenter_recipe import SegmenterRecipe
from semst_tf.adaptation.train_segmenter import train_segmenter
from semst_tf.adaptation.translate_labelled import translate_labelled

__all__ = [
    "AdaptationStudy",
    "LabelledPictures",
    "SegmenterRecipe",
    "adaptation_table",
    "segmenter",
    "train_segmenter",
    "translate_labelled",
]
