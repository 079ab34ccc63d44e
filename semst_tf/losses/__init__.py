"""Losses on tokens `(batch, patches, channels)` and on discriminator scores."""

from semst_tf.losses.correlation_ratio import correlation_ratio
from semst_tf.losses.hard_negative_nce import HardNegativeNCE
from semst_tf.losses.hard_negative_nce import gamma_schedule
from semst_tf.losses.hard_negative_nce import hard_negative_nce
from semst_tf.losses.hard_negative_nce import importance_weights
from semst_tf.losses.hard_negative_nce import similarity_weights
from semst_tf.losses.info_nce import info_nce
from semst_tf.losses.info_nce import negative_mask
from semst_tf.losses.joint_histogram import joint_histogram_information
from semst_tf.losses.joint_histogram import soft_assignment
from semst_tf.losses.joint_histogram import unit_prototypes
from semst_tf.losses.least_squares_gan import LeastSquaresGAN
from semst_tf.losses.least_squares_gan import least_squares
from semst_tf.losses.least_squares_gan import least_squares_discriminator_loss
from semst_tf.losses.least_squares_gan import least_squares_generator_loss
from semst_tf.losses.mutual_information import MutualInformation
from semst_tf.losses.patch_nce import PatchNCE
from semst_tf.losses.patch_nce import patch_nce
from semst_tf.losses.relative_squared_information import (
    relative_squared_information,
)
from semst_tf.losses.semantic_relation import SemanticRelation
from semst_tf.losses.semantic_relation import semantic_relation

__all__ = [
    "HardNegativeNCE",
    "LeastSquaresGAN",
    "MutualInformation",
    "PatchNCE",
    "SemanticRelation",
    "correlation_ratio",
    "gamma_schedule",
    "hard_negative_nce",
    "importance_weights",
    "info_nce",
    "joint_histogram_information",
    "least_squares",
    "least_squares_discriminator_loss",
    "least_squares_generator_loss",
    "negative_mask",
    "patch_nce",
    "relative_squared_information",
    "semantic_relation",
    "similarity_weights",
    "soft_assignment",
    "unit_prototypes",
]
