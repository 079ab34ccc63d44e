"""Every score that an evaluation may give, in the order of tables."""

from semst_tf.metrics.class_matched_distance import ClassMatchedDistance
from semst_tf.metrics.colour_shift import ColourShift
from semst_tf.metrics.edge_halos import EdgeHalos
from semst_tf.metrics.frechet_inception_distance import FrechetInceptionDistance
from semst_tf.metrics.image_root_mean_squared_error import (
    ImageRootMeanSquaredError,
)
from semst_tf.metrics.kernel_inception_distance import KernelInceptionDistance
from semst_tf.metrics.peak_signal_to_noise_ratio import PeakSignalToNoiseRatio
from semst_tf.metrics.periodic_artefacts import PeriodicArtefacts
from semst_tf.metrics.photo_to_map_accuracy import PhotoToMapAccuracy
from semst_tf.metrics.semantic_consistency import SemanticConsistency
from semst_tf.metrics.structural_similarity import StructuralSimilarity
from semst_tf.metrics.structure_information import StructureInformation
from semst_tf.metrics.texture_information import TextureInformation

METRICS = (
    FrechetInceptionDistance,
    KernelInceptionDistance,
    ClassMatchedDistance,
    SemanticConsistency,
    PhotoToMapAccuracy,
    ImageRootMeanSquaredError,
    PeakSignalToNoiseRatio,
    StructuralSimilarity,
    StructureInformation,
    TextureInformation,
    ColourShift,
    PeriodicArtefacts,
    EdgeHalos,
)
"""Metrics that describe their own `scores`."""

SCORES = tuple(score for metric in METRICS for score in metric.scores)


def score_of(log_name):
    """Returns the `Score` of a name in logs.

    Args:
        log_name: str, such as `"val_kid"`.

    Raises:
        ValueError: If no score has this name.
    """
    for score in SCORES:
        if score.log_name == log_name:
            return score
    raise ValueError(
        "There is no score of this name; there are "
        f"{', '.join(score.log_name for score in SCORES)}. "
        f"Received: {log_name!r}"
    )


def score_line(scores):
    """Writes the scores of an evaluation as one line to read.

    Args:
        scores: Dict as `Evaluation.scores` returns it.

    Returns:
        str; diagnostics, which are no scores to compare by, are left out.
    """
    parts = []
    for score in SCORES:
        value = score.value_in(scores)
        if value is None or score.group == "diagnostics":
            continue
        error = (scores[score.group] or {}).get(score.error_key)
        spread = "" if error is None else f" +- {score.text(error)}"
        parts.append(f"{score.heading} {score.text(value)}{spread}")
    if "consistency" in scores and not scores["consistency"]["pixels"]:
        parts.append("no labelled pixel, so nothing to compare with the labels")
    return ", ".join(parts)
