"""How well images are translated, as numbers."""

from semst_tf.metrics.attention_statistics import AttentionStatistics
from semst_tf.metrics.class_matched_distance import ClassMatchedDistance
from semst_tf.metrics.colour_shift import ColourShift
from semst_tf.metrics.edge_halos import EdgeHalos
from semst_tf.metrics.frechet_inception_distance import FrechetInceptionDistance
from semst_tf.metrics.image_root_mean_squared_error import (
    ImageRootMeanSquaredError,
)
from semst_tf.metrics.kernel_inception_distance import KernelInceptionDistance
from semst_tf.metrics.lpips import LPIPS
from semst_tf.metrics.peak_signal_to_noise_ratio import PeakSignalToNoiseRatio
from semst_tf.metrics.periodic_artefacts import PeriodicArtefacts
from semst_tf.metrics.photo_to_map_accuracy import PhotoToMapAccuracy
from semst_tf.metrics.semantic_consistency import SemanticConsistency
from semst_tf.metrics.structural_similarity import StructuralSimilarity
from semst_tf.metrics.structure_information import StructureInformation
from semst_tf.metrics.texture_information import TextureInformation

__all__ = [
    "AttentionStatistics",
    "ClassMatchedDistance",
    "ColourShift",
    "EdgeHalos",
    "FrechetInceptionDistance",
    "ImageRootMeanSquaredError",
    "KernelInceptionDistance",
    "LPIPS",
    "PeakSignalToNoiseRatio",
    "PeriodicArtefacts",
    "PhotoToMapAccuracy",
    "SemanticConsistency",
    "StructuralSimilarity",
    "StructureInformation",
    "TextureInformation",
]
