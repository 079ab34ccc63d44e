"""Whether street scenes still show what their labels say."""

from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.metrics.semantic_consistency import SemanticConsistency
from semst_tf.pretrained import SEGMENTER_SIZE
from semst_tf.pretrained import load_segmenter
from semst_tf.pretrained import segment_images
from semst_tf.pretrained.as_colour import as_colour

BATCH = 4
"""Images that are segmented at once."""


class ConsistencyScores:
    """Scores translations against the labels of their sources.

    Args:
        labels: Sequence of uint8 arrays of Cityscapes training classes, 255
            for pixels that do not count, of the segmenter's size.
        segmenter: Keras model, see `segment_images`; `None` for the
            Cityscapes segmenter that ships with the package.
    """

    name = "consistency"
    kind = "labels"
    metrics = (SemanticConsistency,)

    def __init__(self, labels, segmenter=None):
        self.references = labels
        self._segmenter = segmenter
        self.reset()

    def reset(self):
        """Forgets all translations."""
        self._metric = SemanticConsistency(class_names=CITYSCAPES_CLASSES)
        self._waiting = []

    def add(self, index, image):
        """Adds the translation of a source, uint8 `(height, width, 3)`."""
        self._waiting.append((index, as_colour(image)))
        if len(self._waiting) == BATCH:
            self._score()

    def try_out(self, image, count):
        """Scores a translation of the first source, and forgets it."""
        self.reset()
        self.add(0, image)
        self.result()
        self.reset()

    def result(self):
        """Returns a dict, see `SemanticConsistency.report`."""
        self._score()
        return self._metric.report()

    def _score(self):
        if self._segmenter is None and self._waiting:
            self._segmenter = load_segmenter()
        seen = segment_images(
            self._segmenter,
            [image for _, image in self._waiting],
            size=SEGMENTER_SIZE,
            batch_size=BATCH,
        )
        for (index, _), prediction in zip(self._waiting, seen):
            self._metric.update_state(self.references[index], prediction)
        self._waiting = []
