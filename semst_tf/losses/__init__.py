"""Losses on tokens `(batch, patches, channels)` and on discriminator scores."""

from semst_tf.losses.cosine_distance import CosineDistance
from semst_tf.losses.hard_negative_nce import HardNegativeNCE
from semst_tf.losses.hinge_gan import HingeGAN
from semst_tf.losses.least_squares_gan import LeastSquaresGAN
from semst_tf.losses.matched_places import PlaceWeights
from semst_tf.losses.mutual_information import MutualInformation
from semst_tf.losses.patch_nce import PatchNCE
from semst_tf.losses.self_similarity_distance import SelfSimilarityDistance
from semst_tf.losses.semantic_relation import SemanticRelation
from semst_tf.losses.soft_info_nce import SoftInfoNCE

__all__ = [
    "CosineDistance",
    "HardNegativeNCE",
    "HingeGAN",
    "LeastSquaresGAN",
    "MutualInformation",
    "PatchNCE",
    "PlaceWeights",
    "SelfSimilarityDistance",
    "SemanticRelation",
    "SoftInfoNCE",
]
