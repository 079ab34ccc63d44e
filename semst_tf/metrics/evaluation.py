"""Scores of translations: like the target, and still the same scene."""

import typing

from semst_tf.metrics.class_matched_scores import ClassMatchedScores
from semst_tf.metrics.consistency_scores import ConsistencyScores
from semst_tf.metrics.diagnostic_scores import DiagnosticScores
from semst_tf.metrics.distance_scores import DistanceScores
from semst_tf.metrics.paired_scores import PairedScores


class Evaluation:
    """What translations are scored against; scores any number of them.

    References are sequences: lists, or anything with a length whose items are
    read when they are asked for. No image is kept.

    The segmenter, the Inception network and the features of the target
    images are made when they are first needed, and then kept.

    Args:
        labels: Sequence of uint8 arrays of Cityscapes training classes of
            the size `semst_tf.pretrained.SEGMENTER_SIZE`, one a translation,
            see `semst_tf.data.labels.Labels`; or `None`.
        targets: Sequence of images of the target domain, uint8
            `(height, width, 3)`, for FID and KID; or `None`.
        truths: Sequence of the images that the translations should be, uint8
            of their sizes; or `None`.
        sources: Sequence of the source images, uint8 of the sizes of their
            translations, for diagnostics; or `None`.
        inception: Path of the weights of the 2015 Inception network, or
            `None` to download them on first use.
        cache: Path of a folder that keeps the features of target images for
            the next evaluation, or `None`. What is kept is named by the
            content of images and weights.
        seed: int. Of the subsets of KID. Defaults to `0`.
        class_matched: bool or `None`. Whether `ClassMatchedDistance` is
            scored, for street scenes; needs targets, and labels or sources.
            Defaults to `None`: where there are labels and targets.
        target_labels: Sequence of labels of the targets as `labels`, for the
            same; `None` for those that the segmenter predicts.

    Raises:
        ValueError: If there is nothing to score against.

    Example:

    ```python
    evaluation = Evaluation(labels=labels, targets=photos)
    evaluation.scores(model.translate(images))["consistency"]["mean_iou"]
    ```
    """

    def __init__(
        self,
        labels=None,
        targets=None,
        truths=None,
        sources=None,
        inception: typing.Any = None,
        cache: typing.Any = None,
        seed=0,
        class_matched=None,
        target_labels=None,
    ):
        if labels is targets is truths is None:
            raise ValueError(
                "There is nothing to score against: give labels, target "
                "images or truths. Received: none of them"
            )
        self.groups = []
        if labels is not None:
            self.groups.append(ConsistencyScores(labels))
        if targets is not None:
            self.groups.append(DistanceScores(targets, inception, cache, seed))
        if class_matched is None:
            class_matched = labels is not None and targets is not None
        if class_matched:
            if targets is None:
                raise ValueError(
                    "Class by class, translations are compared with images of "
                    "the target domain. Received: targets=None"
                )
            self.groups.append(
                ClassMatchedScores(
                    targets, labels, sources, target_labels, cache
                )
            )
        if truths is not None:
            self.groups.append(PairedScores(truths))
        if sources is not None:
            self.groups.append(DiagnosticScores(sources))

    @property
    def log_names(self):
        """Names under which a training logs these scores, list of str."""
        return [
            score.log_name
            for group in self.groups
            for metric in group.metrics
            for score in metric.scores
        ]

    def scores(self, translations):
        """Scores the translations of the source images, in their order.

        Args:
            translations: Iterable of uint8 arrays `(height, width, 3)`.

        Returns:
            Dict of plain values with the keys that apply: `"consistency"`
            (`SemanticConsistency.report`), `"distance"` (`"fid"`, `"kid"`,
            `"kid_standard_error"` and counts; `"class_matched_stride_4"`,
            `"class_matched_stride_8"`, their mean `"class_matched"`, and
            which labels they had), `"paired"`
            (`"photo_to_map_accuracy"`, `"root_mean_squared_error"`, `"psnr"`,
            `"ssim"`), `"diagnostics"` (`"structure_information"`,
            `"texture_information"`, `"colour_shift"`,
            `"periodic_artefacts"`, `"edge_halos"`; `None` where nothing could
            be measured).

        Raises:
            ValueError: If their number or sizes do not fit.
        """
        if hasattr(translations, "__len__"):
            self._check_number(len(translations))
        for group in self.groups:
            group.reset()
        count = 0
        for index, translation in enumerate(translations):
            count += 1
            self._check_number(count, at_least=True)
            for group in self.groups:
                group.add(index, translation)
        self._check_number(count)
        scores = {}
        for group in self.groups:
            scores.setdefault(group.name, {}).update(group.result())
        return scores

    def try_out(self, translation, count):
        """Scores one translation by everything there is, for the first time.

        Loads the networks that score and looks at the target images, both of
        which are kept: what could go wrong does so here, before a training.

        Args:
            translation: Array, the translation of the first source image.
            count: int. How many translations `scores` will get.

        Raises:
            ValueError, OSError: If `scores` could not score them; of missing
                weights of Inception it names `--inception`.
        """
        self._check_number(count)
        for group in self.groups:
            group.try_out(translation, count)

    def _check_number(self, count, at_least=False):
        for group in self.groups:
            if group.kind is None:
                continue
            needed = len(group.references)
            if count > needed or (count < needed and not at_least):
                raise ValueError(
                    f"There must be as many translations as {group.kind}. "
                    f"Received: {count} and {needed}"
                )
