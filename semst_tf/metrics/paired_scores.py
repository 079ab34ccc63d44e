"""How near translations are to the images that they should be."""

import math

from semst_tf.metrics.image_root_mean_squared_error import (
    ImageRootMeanSquaredError,
)
from semst_tf.metrics.peak_signal_to_noise_ratio import PeakSignalToNoiseRatio
from semst_tf.metrics.photo_to_map_accuracy import PhotoToMapAccuracy
from semst_tf.metrics.structural_similarity import StructuralSimilarity
from semst_tf.pretrained.unit_images import unit_images


class PairedScores:
    """Scores translations against true images, as means over the images.

    Args:
        truths: Sequence of uint8 arrays of the sizes of the translations.
    """

    name = "paired"
    kind = "true images"
    metrics = (
        PhotoToMapAccuracy,
        ImageRootMeanSquaredError,
        PeakSignalToNoiseRatio,
        StructuralSimilarity,
    )

    def __init__(self, truths):
        self.references = truths
        self.reset()

    def reset(self):
        """Forgets all translations."""
        self._metrics = [make() for make in self.metrics]

    def add(self, index, image):
        """Adds the translation of a source, uint8 `(height, width, 3)`."""
        truth = self.references[index]
        if image.shape != truth.shape:
            raise ValueError(
                "A translation and its true image must have the same size. "
                f"Received: {image.shape} and {truth.shape}"
            )
        pair = [unit_images(one)[None] for one in (truth, image)]
        for metric in self._metrics:
            metric.update_state(*pair)

    def try_out(self, image, count):
        """Scores a translation of the first source, and forgets it."""
        self.reset()
        self.add(0, image)
        self.result()
        self.reset()

    def result(self):
        """Returns a dict of float."""
        scores = {
            metric.scores[0].key: float(metric.result())
            for metric in self._metrics
        }
        # A copy of the truth has no noise at all, which JSON cannot say.
        return {n: v if math.isfinite(v) else None for n, v in scores.items()}
