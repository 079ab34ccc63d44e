"""Losses on tokens `(batch, patches, channels)` and on discriminator scores."""

from semst_tf.losses.correlation_ratio import correlation_ratio
from semst_tf.losses.cosine_distance import CosineDistance
from semst_tf.losses.cosine_distance import cosine_distance
from semst_tf.losses.discriminator_guard import discriminator_accuracy
from semst_tf.losses.discriminator_guard import discriminator_guard
from semst_tf.losses.hard_negative_nce import HardNegativeNCE
from semst_tf.losses.hard_negative_nce import gamma_schedule
from semst_tf.losses.hard_negative_nce import hard_negative_nce
from semst_tf.losses.hard_negative_nce import importance_weights
from semst_tf.losses.hard_negative_nce import similarity_weights
from semst_tf.losses.hinge_gan import HingeGAN
from semst_tf.losses.hinge_gan import hinge
from semst_tf.losses.hinge_gan import hinge_discriminator_loss
from semst_tf.losses.hinge_gan import hinge_generator_loss
from semst_tf.losses.info_nce import info_nce
from semst_tf.losses.info_nce import negative_mask
from semst_tf.losses.least_squares_gan import LeastSquaresGAN
from semst_tf.losses.least_squares_gan import least_squares
from semst_tf.losses.least_squares_gan import least_squares_discriminator_loss
from semst_tf.losses.least_squares_gan import least_squares_generator_loss
from semst_tf.losses.matched_places import PlaceWeights
from semst_tf.losses.matched_places import matched_places
from semst_tf.losses.mutual_information import MutualInformation
from semst_tf.losses.patch_nce import PatchNCE
from semst_tf.losses.patch_nce import patch_nce
from semst_tf.losses.place_weights import image_mean
from semst_tf.losses.relative_squared_information import (
    relative_squared_information,
)
from semst_tf.losses.self_similarity_distance import SelfSimilarityDistance
from semst_tf.losses.self_similarity_distance import self_similarity_distance
from semst_tf.losses.semantic_relation import SemanticRelation
from semst_tf.losses.semantic_relation import semantic_relation
from semst_tf.losses.soft_info_nce import SoftInfoNCE
from semst_tf.losses.soft_info_nce import soft_info_nce

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
    "correlation_ratio",
    "cosine_distance",
    "discriminator_accuracy",
    "discriminator_guard",
    "gamma_schedule",
    "hard_negative_nce",
    "hinge",
    "hinge_discriminator_loss",
    "hinge_generator_loss",
    "image_mean",
    "importance_weights",
    "info_nce",
    "least_squares",
    "least_squares_discriminator_loss",
    "least_squares_generator_loss",
    "matched_places",
    "negative_mask",
    "patch_nce",
    "relative_squared_information",
    "self_similarity_distance",
    "semantic_relation",
    "similarity_weights",
    "soft_info_nce",
]
