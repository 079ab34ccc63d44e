"""How far translations are from the target domain."""

import pathlib

import numpy as np

from semst_tf.metrics.frechet_inception_distance import FrechetInceptionDistance
from semst_tf.metrics.kernel_inception_distance import KernelInceptionDistance
from semst_tf.pretrained import load_inception
from semst_tf.pretrained.as_colour import as_colour
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.content_hash import content_hash


class DistanceScores:
    """Scores translations against the images of the target domain.

    The Inception network and the features of the targets are made when the
    first translation comes, and then kept.

    Args:
        targets: Sequence of uint8 arrays `(height, width, 3)`.
        inception: Path of the weights of the 2015 Inception network, or
            `None` to download them on first use.
        cache: Path of a folder that keeps the features of target images for
            the next evaluation, or `None`. What is kept is named by the
            content of images and weights.
        seed: int. Of the subsets of KID. Defaults to `0`.
    """

    name = "distance"
    kind = None
    metrics = (FrechetInceptionDistance, KernelInceptionDistance)

    def __init__(self, targets, inception=None, cache=None, seed=0):
        self.references = targets
        self.inception = inception
        self.cache = cache
        self.seed = seed
        self._prepared = None
        self._count = 0

    def reset(self):
        """Forgets all translations; the targets stay."""
        self._count = 0
        for metric in self._prepared or ():
            metric.reset_state()

    def add(self, index, image):
        """Adds a translation, uint8 `(height, width, 3)`."""
        fid, kid = self._metrics()
        features = fid.features(as_colour(image)[None])
        fid.add_features(features)
        kid.add_features(features)
        self._count += 1

    def try_out(self, image, count):
        """Loads the network and looks at the targets and one translation."""
        check_enough_images(count, len(self.references))
        image = as_colour(image)  # Before anything is downloaded.
        fid, _ = self._metrics()
        fid.features(image[None])

    def result(self):
        """Returns a dict of float, and of the counts of images."""
        fid, kid = self._metrics()
        distance, error = kid.result_and_error()
        return {
            "fid": float(fid.result()),
            "kid": distance,
            "kid_standard_error": error,
            "images": self._count,
            "targets": len(self.references),
        }

    def _metrics(self):
        """The metrics, knowing the target domain."""
        if self._prepared is None:
            network = _inception(self.inception)
            fid = FrechetInceptionDistance(network=network)
            kid = KernelInceptionDistance(network=network, seed=self.seed)
            features = self._target_features(fid)
            fid.add_target_features(features)
            kid.add_target_features(features)
            self._prepared = fid, kid
        return self._prepared

    def _target_features(self, metric):
        if self.cache is None:
            return _features(metric, self.references)
        folder = pathlib.Path(self.cache)
        weights = metric.network.get_weights()
        path = folder / f"{content_hash(weights, self.references)}.npy"
        if not path.exists():
            folder.mkdir(parents=True, exist_ok=True)
            features = _features(metric, self.references).astype("float32")
            with replacing(path) as unfinished:
                np.save(unfinished, features)
        return np.load(path)


def check_enough_images(translations, targets):
    """Raises if FID and KID cannot be computed of so few images.

    Args:
        translations: int. Their number.
        targets: int. Number of target images.

    Raises:
        ValueError: If either is less than two.
    """
    if min(translations, targets) < 2:
        raise ValueError(
            "FID and KID need at least two translations and two target "
            "images: they compare how images vary. Received: "
            f"{translations} and {targets}"
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


def _features(metric, images):
    return np.concatenate(
        [metric.features(as_colour(image)[None]) for image in images]
    )
