"""Scores of translations: like the target, and still the same scene."""

import dataclasses
import hashlib
import math
import pathlib
import typing

import numpy as np

from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.data.value_range import to_unit_range
from semst_tf.metrics import AttentionStatistics
from semst_tf.metrics import ColourShift
from semst_tf.metrics import FrechetInceptionDistance
from semst_tf.metrics import KernelInceptionDistance
from semst_tf.metrics import PeakSignalToNoiseRatio
from semst_tf.metrics import PhotoToMapAccuracy
from semst_tf.metrics import RootMeanSquaredError
from semst_tf.metrics import SemanticConsistency
from semst_tf.metrics import StructuralSimilarity
from semst_tf.metrics import StructureInformation
from semst_tf.metrics import TextureInformation
from semst_tf.metrics import segment_pictures
from semst_tf.metrics.as_colour import as_colour
from semst_tf.pretrained import JUDGE_SIZE
from semst_tf.pretrained import load_inception
from semst_tf.pretrained import load_judge
from semst_tf.storage.atomic_files import replacing


@dataclasses.dataclass
class Evaluation:
    """What translations are scored against; scores any number of them.

    The segmenter, the Inception network and the features of the target
    pictures are made when they are first needed, and then kept.

    Args:
        labels: List of uint8 arrays of Cityscapes training classes, one a
            translation, see `semst_tf.data.labels.Labels`; or `None`.
        targets: List of pictures of the target domain, uint8
            `(height, width, 3)`, for FID and KID; or `None`.
        truths: List of the pictures that the translations should be, uint8
            of their sizes; or `None`.
        sources: List of the source pictures, uint8 of the sizes of their
            translations, for diagnostics; or `None`.
        inception: Path of the weights of the 2015 Inception network, or
            `None` to download them on first use.
        cache: Path of a folder that keeps the features of target pictures
            for the next evaluation, or `None`. What is kept is named by the
            content of pictures and weights.
        seed: int. Of the subsets of KID. Defaults to `0`.

    Example:

    ```python
    evaluation = Evaluation(labels=labels, targets=photos)
    evaluation.scores(model.translate(pictures))["consistency"]["mean_iou"]
    ```
    """

    labels: list | None = None
    targets: list | None = None
    truths: list | None = None
    sources: list | None = None
    inception: typing.Any = None
    cache: typing.Any = None
    seed: int = 0

    def __post_init__(self):
        if self.labels is self.targets is self.truths is None:
            raise ValueError(
                "There is nothing to score against: give labels, target "
                "pictures or truths. Received: none of them"
            )
        self._judge = None
        self._distances = None

    def scores(self, translations):
        """Scores the translations of the source pictures, in their order.

        Args:
            translations: List of uint8 arrays `(height, width, 3)`.

        Returns:
            Dict of plain values with the keys that apply: `"consistency"`
            (`SemanticConsistency.report`), `"distance"` (`"fid"`, `"kid"`,
            `"kid_standard_error"` and counts), `"paired"`
            (`"photo_to_map_accuracy"`, `"root_mean_squared_error"`, `"psnr"`,
            `"ssim"`), `"diagnostics"` (`diagnostic_scores`).

        Raises:
            ValueError: If their number or sizes do not fit.
        """
        scores = {}
        if self.labels is not None:
            _check_number(translations, self.labels, "labels")
            scores["consistency"] = self._consistency(translations)
        if self.targets is not None:
            scores["distance"] = self._distance(translations)
        if self.truths is not None:
            _check_number(translations, self.truths, "true pictures")
            scores["paired"] = paired_scores(translations, self.truths)
        if self.sources is not None:
            _check_number(translations, self.sources, "source pictures")
            scores["diagnostics"] = diagnostic_scores(
                translations, self.sources
            )
        return scores

    def try_out(self, translation, count):
        """Scores one translation by everything there is, for the first time.

        Loads the networks that score and looks at the target pictures, both
        of which are kept: what could go wrong does so here, before a training.

        Args:
            translation: Array, the translation of the first source picture.
            count: int. How many translations `scores` will get.

        Raises:
            ValueError, OSError: If `scores` could not score them; of missing
                weights of Inception it names `--inception`.
        """
        for references, kind in (
            (self.labels, "labels"),
            (self.truths, "true pictures"),
            (self.sources, "source pictures"),
        ):
            if references is not None:
                _check_number([translation] * count, references, kind)
        if self.labels is not None:
            self._load_judge()
            consistency_scores([translation], self.labels[:1], self._judge)
        if self.targets is not None:
            if min(count, len(self.targets)) < 2:
                raise ValueError(
                    "FID and KID need at least two translations and two "
                    f"target pictures. Received: {count} and "
                    f"{len(self.targets)}"
                )
            as_colour(translation)  # Before anything is downloaded.
            self._load_distances()
            self._distances[0].features(as_colour(translation)[None])
        if self.truths is not None:
            paired_scores([translation], self.truths[:1])
        if self.sources is not None:
            diagnostic_scores([translation], self.sources[:1])

    def _load_judge(self):
        if self._judge is None:
            self._judge = load_judge()

    def _load_distances(self):
        if self._distances is None:
            self._distances = self._prepared_distances()

    def _consistency(self, translations):
        self._load_judge()
        return consistency_scores(translations, self.labels, self._judge)

    def _distance(self, translations):
        self._load_distances()
        fid, kid = self._distances
        for metric in self._distances:
            metric.reset_state()
        for picture in translations:
            features = fid.features(as_colour(picture)[None])
            for metric in self._distances:
                metric.add_features(features)
        distance, error = kid.result_and_error()
        return {
            "fid": float(fid.result()),
            "kid": distance,
            "kid_standard_error": error,
            "pictures": len(translations),
            "targets": len(self.targets),
        }

    def _prepared_distances(self):
        """The metrics, knowing the target domain."""
        network = _inception(self.inception)
        fid = FrechetInceptionDistance(network=network)
        kid = KernelInceptionDistance(network=network, seed=self.seed)
        features = self._target_features(fid)
        fid.add_target_features(features)
        kid.add_target_features(features)
        return fid, kid

    def _target_features(self, metric):
        if self.cache is None:
            return _features(metric, self.targets)
        folder = pathlib.Path(self.cache)
        path = folder / f"{_digest(metric.network, self.targets)}.npy"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            features = _features(metric, self.targets).astype("float32")
            with replacing(path) as unfinished:
                np.save(unfinished, features)
        return np.load(path)


def consistency_scores(pictures, labels, judge=None):
    """Scores whether a street scene still shows what its labels say.

    Args:
        pictures: List of uint8 arrays `(height, width, 3)`.
        labels: List of uint8 arrays of Cityscapes training classes, 255 for
            pixels that do not count, of the judge's size.
        judge: Keras model, see `segment_pictures`; `None` for the Cityscapes
            segmenter that ships with the package.

    Returns:
        Dict, see `SemanticConsistency.report`.
    """
    metric = SemanticConsistency(class_names=CITYSCAPES_CLASSES)
    judge = load_judge() if judge is None else judge
    pictures = [as_colour(picture) for picture in pictures]
    seen = segment_pictures(judge, pictures, size=JUDGE_SIZE)
    for label, prediction in zip(labels, seen):
        metric.update_state(label, prediction)
    return metric.report()


def paired_scores(pictures, truths):
    """Scores how near pictures are to what they should be.

    Args:
        pictures: List of uint8 arrays `(height, width, 3)`.
        truths: List of uint8 arrays of their sizes.

    Returns:
        Dict of float: means over the pictures.

    Raises:
        ValueError: If sizes do not match.
    """
    metrics = {
        "photo_to_map_accuracy": PhotoToMapAccuracy(),
        "root_mean_squared_error": RootMeanSquaredError(),
        "psnr": PeakSignalToNoiseRatio(),
        "ssim": StructuralSimilarity(),
    }
    for picture, truth in zip(pictures, truths):
        if picture.shape != truth.shape:
            raise ValueError(
                "A translation and its true picture must have the same size. "
                f"Received: {picture.shape} and {truth.shape}"
            )
        pair = [to_unit_range(image)[None] for image in (truth, picture)]
        for metric in metrics.values():
            metric.update_state(*pair)
    scores = {name: float(metric.result()) for name, metric in metrics.items()}
    # A copy of the truth has no noise at all, which JSON cannot say.
    return {n: v if math.isfinite(v) else None for n, v in scores.items()}


def diagnostic_scores(pictures, sources):
    """Describes how translations differ from their sources.

    Args:
        pictures: List of uint8 arrays `(height, width, 3)`.
        sources: List of uint8 arrays of their sizes.

    Returns:
        Dict of float, means over the pictures: `"structure_information"`,
        `"texture_information"`, `"colour_shift"`.
    """
    metrics = [StructureInformation(), TextureInformation(), ColourShift()]
    for picture, source in zip(pictures, sources):
        pair = [to_unit_range(image)[None] for image in (source, picture)]
        for metric in metrics:
            metric.update_state(*pair)
    return {metric.name: float(metric.result()) for metric in metrics}


def attention_scores(translator, pictures):
    """Describes how a generator of two scales divides the work.

    Args:
        translator: Keras model that translates.
        pictures: List of uint8 arrays `(height, width, channels)`.

    Returns:
        Dict of float, see `AttentionStatistics`; `None` for a translator
        that has no `attention`.
    """
    if not hasattr(translator, "attention"):
        return None
    metric = AttentionStatistics()
    for picture in pictures:
        metric.update_state(translator.attention(to_unit_range(picture)[None]))
    return {name: float(value) for name, value in metric.result().items()}


def _check_number(translations, references, kind):
    if len(translations) != len(references):
        raise ValueError(
            f"There must be as many translations as {kind}. "
            f"Received: {len(translations)} and {len(references)}"
        )


def _inception(path):
    """The network of FID; what is wrong names the way to give its weights."""
    try:
        return load_inception(path)
    except Exception as error:
        # Keras raises a plain `Exception` where it cannot download.
        reason = " ".join(str(error).split())
        advice = (
            "The weights of Inception could not be had, which FID and KID "
            "need; without a network, pass a file with --inception."
            if path is None
            else "The weights of Inception that --inception names could not "
            "be read."
        )
        raise ValueError(f"{advice} Received: {reason}") from error


def _features(metric, pictures):
    return np.concatenate(
        [metric.features(as_colour(p)[None]) for p in pictures]
    )


def _digest(network, pictures):
    digest = hashlib.sha256()
    arrays = [*network.get_weights(), *pictures]
    for array in arrays:
        digest.update(repr((array.shape, array.dtype.name)).encode())
        digest.update(np.ascontiguousarray(array))
    return digest.hexdigest()[:32]
