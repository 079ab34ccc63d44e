"""How far translations are from the target domain, class by class."""

import functools
import json
import pathlib

import numpy as np

from semst_tf.metrics.class_matched_distance import ClassMatchedDistance
from semst_tf.pretrained import SEGMENTER_SIZE
from semst_tf.pretrained import load_segmenter
from semst_tf.pretrained import segment_images
from semst_tf.pretrained.as_colour import as_colour
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.content_hash import content_hash

GIVEN, PREDICTED = "given", "predicted"
"""Where labels come from: files, or the segmenter."""


class ClassMatchedScores:
    """Compares the looks of classes in translations and in targets.

    Where there are no labels, those of sources or of targets, the segmenter
    that ships with the package predicts them; the result says which it had.
    The features of the targets are made when the first translation comes, and
    then kept.

    Args:
        targets: Sequence of arrays `(height, width, channels)`.
        labels: Sequence of uint8 arrays of Cityscapes training classes, one
            a source; or `None`.
        sources: Sequence of source images, of which labels are predicted
            where none are given; or `None`.
        target_labels: Sequence of labels of the targets, or `None`.
        cache: Path of a folder that keeps the features of the targets for the
            next evaluation, or `None`. What is kept is named by the content
            of images, labels and of the segmenter, which by default the
            features are of, too.
        **options: What else `ClassMatchedDistance` takes.
    """

    name = "distance"
    metrics = (ClassMatchedDistance,)

    def __init__(
        self,
        targets,
        labels=None,
        sources=None,
        target_labels=None,
        cache=None,
        **options,
    ):
        self.kind = "source images" if labels is None else "labels"
        self.references = sources if labels is None else labels
        if self.references is None:
            raise ValueError(
                "Class by class, labels of the sources are compared, or those "
                "that the segmenter predicts of the sources: give one of "
                "them. Received: labels=None, sources=None"
            )
        self._targets = targets
        self._target_labels = target_labels
        self._labels = labels
        self._cache = cache
        self._metric = ClassMatchedDistance(**options)
        self._knows_targets = False

    def reset(self):
        """Forgets all translations; the targets stay."""
        self._metric.reset_state()

    def add(self, index, image):
        """Adds the translation of a source, `(height, width, channels)`."""
        self._add_targets()
        label = self._label(self._labels, self.references, index)
        self._metric.update_state(as_colour(image)[None], label[None])

    def try_out(self, image, count):
        """Loads the networks and looks at the targets and one translation."""
        self.add(0, image)
        self.reset()

    def result(self):
        """Returns a dict: distances by feature, their mean, kinds of labels.

        Where too few images show a class, distances are `None` and
        `"class_matched_reason"` says why.
        """
        self._add_targets()
        found = {
            "class_matched_labels": _kind(self._labels),
            "class_matched_target_labels": _kind(self._target_labels),
        }
        features = self._metric.features
        try:
            distances = self._metric.results_by_feature()
        except ValueError as error:
            distances = dict.fromkeys(features)
            found["class_matched_reason"] = str(error)
            mean = None
        else:
            mean = float(np.mean(list(distances.values())))
        return {
            **{f"class_matched_{name}": distances[name] for name in features},
            "class_matched": mean,
            **found,
        }

    def _add_targets(self):
        if self._knows_targets:
            return
        self._knows_targets = True
        if self._cache is None:
            self._look_at_targets()
            return
        path = pathlib.Path(self._cache) / f"{self._name_of_targets()}.npz"
        if path.exists():
            self._metric.load_target(path)
            return
        self._look_at_targets()
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished:
            self._metric.save_target(unfinished)

    def _name_of_targets(self):
        settings = json.dumps(self._metric.get_config(), sort_keys=True)
        return content_hash(
            [np.frombuffer(settings.encode(), "uint8")],
            self._segmenter.get_weights(),
            self._targets,
            self._target_labels or (),
        )

    def _look_at_targets(self):
        for index in range(len(self._targets)):
            image = self._targets[index]
            label = self._label(self._target_labels, self._targets, index)
            self._metric.update_target(as_colour(image)[None], label[None])

    @functools.cached_property
    def _segmenter(self):
        return load_segmenter()

    def _label(self, labels, images, index):
        if labels is not None:
            return np.asarray(labels[index])
        (label,) = segment_images(
            self._segmenter, [images[index]], size=SEGMENTER_SIZE
        )
        return label


def _kind(labels):
    return PREDICTED if labels is None else GIVEN
