"""Whether a segmenter still sees the labels in the translations."""

import keras
import numpy as np
from keras import ops

from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection


@keras.saving.register_keras_serializable(package="semst_tf")
class SemanticConsistency(KnowsDirection, keras.metrics.Metric):
    """Mean intersection over union, accuracies, and which class became which.

    Compares what a segmenter sees in translated images with the labels of
    the source images, or with what it saw in the source images. Ignored
    pixels count for nothing; the pixel accuracy over all pixels, as some
    publications print it, is in the report too.

    A translator that only copies its input scores well. Always show a
    distance to the target domain (FID, KID) beside it.

    Args:
        num_classes: int. Defaults to `19`.
        ignore: int. The label of pixels that do not count. Defaults to `255`.
        class_names: Sequence of strings for the report, or `None` for
            numbers.
        name: string. Defaults to `"semantic_consistency"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        labels: Integer array of any shape, values from 0 to `num_classes - 1`
            or `ignore`. In a compiled graph, where values cannot be refused,
            other labels are ignored.
        predictions: Integer array of the same shape, or scores
            `(*labels.shape, maps)` among whose first `num_classes` maps the
            largest wins.

    Returns:
        `result()` is the mean intersection over union of the classes that
        occur in labels or predictions, 0 when there are none; `report()`
        holds everything.

    Raises:
        ValueError: If shapes do not match, or a label is no class.

    Example:

    ```python
    metric = SemanticConsistency(class_names=CITYSCAPES_CLASSES)
    for seen in segment_images(segmenter, translations, size=SEGMENTER_SIZE):
        metric.update_state(next(labels), seen)
    metric.report()["flips"][0]  # {"from": "sky", "to": "vegetation", ...}
    ```

    Reference:
        The three scores of the label-to-photo evaluation, Isola et al. 2017;
        the flip table is semst_tf's.
    """

    scores = (
        Score(
            group="consistency",
            key="pixel_accuracy",
            heading="pixel accuracy",
            log_name="val_pixel_accuracy",
            direction="up",
        ),
        Score(
            group="consistency",
            key="mean_iou",
            heading="mIoU",
            log_name="val_miou",
            direction="up",
        ),
        Score(
            group="consistency",
            key="class_accuracy",
            heading="class accuracy",
            log_name="val_class_accuracy",
            direction="up",
            in_tables=False,
        ),
    )

    def __init__(
        self,
        num_classes=19,
        ignore=255,
        class_names=None,
        name="semantic_consistency",
        dtype=None,
    ):
        super().__init__(name=name, dtype=dtype)
        if class_names is not None and len(class_names) != num_classes:
            raise ValueError(
                f"`class_names` must have {num_classes} names. "
                f"Received: {len(class_names)} names"
            )
        self.num_classes = num_classes
        self.ignore = ignore
        self.class_names = None if class_names is None else list(class_names)
        # The last column holds predictions that are none of the classes.
        self.confusion = self.add_variable(
            shape=(num_classes, num_classes + 1),
            initializer="zeros",
            dtype="int64",
            name="confusion",
        )
        self.ignored = self.add_variable(
            shape=(), initializer="zeros", dtype="int64", name="ignored"
        )

    def update_state(self, labels, predictions, sample_weight=None):
        if sample_weight is not None:
            raise ValueError(
                "SemanticConsistency takes no weights; give pixels that do "
                f"not count the label {self.ignore}. "
                f"Received: sample_weight={sample_weight!r}"
            )
        self._check(labels)
        labels = ops.cast(ops.convert_to_tensor(labels), "int32")
        predictions = ops.convert_to_tensor(predictions)
        if len(predictions.shape) == len(labels.shape) + 1:
            scores = predictions[..., : self.num_classes]
            predictions = ops.argmax(scores, axis=-1)
        if tuple(predictions.shape) != tuple(labels.shape):
            raise ValueError(
                "Predictions must have the shape of the labels. Received: "
                f"{tuple(predictions.shape)} and {tuple(labels.shape)}"
            )
        self._count(labels, ops.cast(predictions, "int32"))

    def _check(self, labels):
        if not isinstance(labels, np.ndarray):
            return
        known = (labels >= 0) & (labels < self.num_classes)
        known |= labels == self.ignore
        if not known.all():
            raise ValueError(
                f"Labels must be 0 to {self.num_classes - 1}, or "
                f"{self.ignore} to be ignored; `map_labels` translates other "
                f"label spaces. Received: label {labels[~known].flat[0]}"
            )

    def _count(self, labels, predictions):
        labels = ops.reshape(labels, (-1,))
        predictions = ops.reshape(predictions, (-1,))
        counts = self._is_class(labels)
        other = self.num_classes
        columns = ops.where(self._is_class(predictions), predictions, other)
        rows = ops.where(counts, labels, 0)
        cells = rows * (other + 1) + columns
        size = other * (other + 1)
        # Ignored pixels go to a cell of their own, behind the table.
        cells = ops.where(counts, cells, size)
        cells = ops.bincount(cells, minlength=size + 1)
        cells = ops.cast(cells, "int64")
        confusion = ops.reshape(cells[:size], (other, other + 1))
        self.confusion.assign_add(confusion)
        self.ignored.assign_add(cells[size])

    def _is_class(self, ids):
        return ops.logical_and(ids >= 0, ids < self.num_classes)

    def result(self):
        confusion = ops.cast(self.confusion, "float32")
        correct = ops.diagonal(confusion)
        union = ops.sum(confusion, axis=1) - correct
        union = union + ops.sum(confusion[:, :-1], axis=0)
        intersection_over_union = correct / ops.maximum(union, 1.0)
        occurring = ops.sum(ops.cast(union > 0, "float32"))
        total = ops.sum(intersection_over_union)
        return ops.cast(total / ops.maximum(occurring, 1.0), self.dtype)

    def report(self, flips=10):
        """Returns all scores of what was counted so far.

        Args:
            flips: int. How many of the largest confusions are listed.

        Returns:
            dict with plain Python values: `"mean_iou"`, `"pixel_accuracy"`
            (over labelled pixels), `"pixel_accuracy_with_ignored"` (over all
            pixels, the ignored ones wrong), `"class_accuracy"` (mean over the
            classes that have labels), `"class_iou"` (by name; `None` for a
            class that does not occur), `"pixels"`, `"ignored_pixels"`, and
            `"flips"`: a list of `{"from", "to", "share", "pixels"}`, largest
            first, `share` being that of the pixels of the class `"from"`.
        """
        confusion = ops.convert_to_numpy(self.confusion)
        ignored = int(ops.convert_to_numpy(self.ignored))
        correct = np.diagonal(confusion)
        labelled = confusion.sum(axis=1)
        union = labelled + confusion[:, :-1].sum(axis=0) - correct
        pixels = int(labelled.sum())
        class_iou = [_ratio(c, u) for c, u in zip(correct, union)]
        accuracies = [_ratio(c, n) for c, n in zip(correct, labelled)]
        return {
            "mean_iou": _mean(class_iou),
            "pixel_accuracy": _ratio(correct.sum(), pixels),
            "pixel_accuracy_with_ignored": _ratio(
                correct.sum(), pixels + ignored
            ),
            "class_accuracy": _mean(accuracies),
            "class_iou": dict(zip(self._names(), class_iou)),
            "pixels": pixels,
            "ignored_pixels": ignored,
            "flips": self._flips(confusion, flips),
        }

    def flip_table(self):
        """Returns the share of every class that became every class.

        Returns:
            float64 array `(num_classes, num_classes + 1)`; row: the label,
            column: what was seen, the last one being none of the classes.
            Rows sum to 1, or to 0 for a class without labels.
        """
        confusion = ops.convert_to_numpy(self.confusion)
        return confusion / np.maximum(confusion.sum(axis=1, keepdims=True), 1)

    def _flips(self, confusion, count):
        names = [*self._names(), "none of the classes"]
        wrong = confusion.copy()
        np.fill_diagonal(wrong, 0)
        largest = np.argsort(-wrong, axis=None, kind="stable")[:count]
        rows, columns = np.unravel_index(largest, wrong.shape)
        return [
            {
                "from": names[row],
                "to": names[column],
                "share": _ratio(wrong[row, column], confusion[row].sum()),
                "pixels": int(wrong[row, column]),
            }
            for row, column in zip(rows, columns)
            if wrong[row, column]
        ]

    def _names(self):
        numbers = [str(number) for number in range(self.num_classes)]
        return self.class_names or numbers

    def get_config(self):
        return {
            **super().get_config(),
            "num_classes": self.num_classes,
            "ignore": self.ignore,
            "class_names": self.class_names,
        }


def _ratio(part, whole):
    return float(part) / float(whole) if whole else None


def _mean(values):
    values = [value for value in values if value is not None]
    return sum(values) / len(values) if values else None
