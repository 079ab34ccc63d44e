"""Scoring translations, metric by metric, as workloads."""

import numpy as np

from benchmarks.workload import Workload
from semst_tf import metrics
from semst_tf import pretrained

SCORES = (
    "inception_features",
    "frechet_distance",
    "structural_similarity",
    "segmenter",
    "structure_information",
    "texture_information",
)
IMAGES = 4


def scoring(name, size):
    """Scores four random images.

    Networks whose weights do not ship have random ones: that changes no time.

    Args:
        name: str. `"inception_features"` (what FID and KID look at),
            `"frechet_distance"` (the distance itself, of 2048 features, once
            for any number of images), `"structural_similarity"`,
            `"segmenter"` (the segmenter, on 512 x 256 whatever `size`),
            `"structure_information"` or `"texture_information"`.
        size: int. Height and width of the images.

    Returns:
        `Workload`.

    Raises:
        ValueError: If there is no such score.
    """
    makers = {
        "inception_features": _inception,
        "frechet_distance": _frechet,
        "structural_similarity": _paired(metrics.StructuralSimilarity),
        "segmenter": _segmenter,
        "structure_information": _paired(metrics.StructureInformation),
        "texture_information": _paired(metrics.TextureInformation),
    }
    if name not in makers:
        raise ValueError(
            f"The score must be one of {', '.join(SCORES)}. Received: {name!r}"
        )
    return Workload(makers[name](size), IMAGES)


def _inception(size):
    network = pretrained.InceptionFeatures()
    images = _images(size, size)
    return lambda: network.predict_on_batch(images)


def _segmenter(size):
    del size  # The segmenter has a size of its own.
    segmenter = pretrained.load_segmenter()
    images = _images(*pretrained.SEGMENTER_SIZE)
    return lambda: segmenter.predict_on_batch(images)


def _frechet(size):
    del size  # Nobody looks at images here.
    score = metrics.FrechetInceptionDistance()
    features = np.random.default_rng(0).normal(size=(4096, 2048))
    score.add_target_features(features[:2048])
    score.add_features(features[2048:])
    return score.result


def _paired(make):
    def run_of(size):
        score = make()
        images = _images(size, size)

        def run():
            score.update_state(images, images[:, ::-1])
            return float(score.result())

        return run

    return run_of


def _images(height, width):
    shape = (IMAGES, height, width, 3)
    return np.random.default_rng(0).uniform(-1, 1, shape).astype("float32")
