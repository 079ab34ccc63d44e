"""How translations differ from their sources."""

import math

from semst_tf.metrics.colour_shift import ColourShift
from semst_tf.metrics.edge_halos import EdgeHalos
from semst_tf.metrics.periodic_artefacts import PeriodicArtefacts
from semst_tf.metrics.structure_information import StructureInformation
from semst_tf.metrics.texture_information import TextureInformation
from semst_tf.pretrained.unit_images import unit_images


class DiagnosticScores:
    """Describes what changed in translation, as means over the images.

    Args:
        sources: Sequence of uint8 arrays of the sizes of the translations.
    """

    name = "diagnostics"
    kind = "source images"
    metrics = (
        StructureInformation,
        TextureInformation,
        ColourShift,
        PeriodicArtefacts,
        EdgeHalos,
    )

    def __init__(self, sources):
        self.references = sources
        self.reset()

    def reset(self):
        """Forgets all translations."""
        self._metrics = [make() for make in self.metrics]

    def add(self, index, image):
        """Adds the translation of a source, uint8 `(height, width, 3)`."""
        source = self.references[index]
        pair = [unit_images(one)[None] for one in (source, image)]
        for metric in self._metrics:
            if min(image.shape[:2]) >= getattr(metric, "window", 1):
                metric.update_state(*pair)

    def try_out(self, image, count):
        """Scores a translation of the first source, and forgets it."""
        self.reset()
        self.add(0, image)
        self.result()
        self.reset()

    def result(self):
        """Returns a dict of float; `None` where nothing could be measured."""
        scores = {
            metric.scores[0].key: float(metric.result())
            for metric in self._metrics
        }
        return {n: v if math.isfinite(v) else None for n, v in scores.items()}
