"""FID: how far translations are from the target, for many images."""

import keras
import numpy as np

from semst_tf.metrics.feature_moments import FeatureMoments
from semst_tf.metrics.inception_distance import InceptionDistance
from semst_tf.metrics.score import Score


@keras.saving.register_keras_serializable(package="semst_tf")
class FrechetInceptionDistance(InceptionDistance):
    """Frechet Inception Distance.

    The distance of two Gaussians that have the mean and the covariance of
    the Inception features of either set. It grows as images get fewer:
    compare only distances from equally many, and prefer the kernel distance
    below some thousands. It does not see whether semantics survive; show
    `SemanticConsistency` beside it.

    Args:
        weights: See `load_inception`.
        resize: `"pytorch_fid"` (default) or `"tensorflow"`.
        network: Keras model in the place of Inception, or `None`.
        batch_size: int. Defaults to `8`.
        name: string. Defaults to `"frechet_inception_distance"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        images: Translations `(batch, height, width, 3)`, uint8 or float in
            [-1, 1].

    Returns:
        `result()`: float, 0 for equal moments.

    Raises:
        ValueError: If a set has fewer than two images.

    Example:

    ```python
    metric = semst_tf.metrics.FrechetInceptionDistance()
    metric.update_target(target_photos)
    metric.save_target("target.npz")
    metric.update_state(model.translate(source_photos))
    metric.result()
    ```

    Reference:
        GANs Trained by a Two Time-Scale Update Rule, Heusel et al. 2017.
    """

    scores = (
        Score(
            group="distance",
            key="fid",
            heading="FID",
            log_name="val_fid",
            direction="down",
            digits=1,
        ),
    )

    def __init__(
        self,
        weights=None,
        resize="pytorch_fid",
        network=None,
        batch_size=8,
        name="frechet_inception_distance",
        dtype=None,
    ):
        super().__init__(weights, resize, network, batch_size, name, dtype)
        self._target = FeatureMoments()
        self._translated = FeatureMoments()

    def add_target_features(self, features):
        """Adds `features` of images of the target domain."""
        self._target.update(features)

    def add_features(self, features):
        """Adds `features` of translations."""
        self._translated.update(features)

    def reset_state(self):
        self._translated = FeatureMoments()

    def result(self):
        for moments, kind in (
            (self._target, "of the target domain (`update_target`)"),
            (self._translated, "translations"),
        ):
            self._check_count(moments.count, kind)
        fewer, more = sorted(
            (self._target, self._translated),
            key=lambda moments: (moments.root is None, moments.count),
        )
        self._warn_if_few(
            min(fewer.count, more.count), len(fewer.mean), "biased upwards"
        )
        return frechet_distance(
            fewer.mean,
            fewer.covariance,
            more.mean,
            more.covariance,
            first_root=fewer.root,
        )

    def save_target(self, path):
        """Writes the statistics of the target domain to an `.npz` file."""
        self._check_count(self._target.count, "of the target domain")
        np.savez(
            path,
            mu=self._target.mean,
            sigma=self._target.covariance,
            count=self._target.count,
            resize=self.resize,
        )

    def load_target(self, path):
        """Replaces the target domain by what `save_target` wrote."""
        arrays = self._read_target(path, ("count", "mu", "sigma"))
        self._target = FeatureMoments.from_statistics(*arrays)


def frechet_distance(
    first_mean,
    first_covariance,
    second_mean,
    second_covariance,
    first_root=None,
):
    """Returns the squared Frechet distance of two Gaussians.

    Args:
        first_mean: float array `(features,)`.
        first_covariance: float array `(features, features)`.
        second_mean: float array `(features,)`.
        second_covariance: float array `(features, features)`.
        first_root: float array `(rows, features)`, of which the transpose
            times itself is the first covariance, or `None` (default): then it
            is computed. The fewer rows, the faster.

    Returns:
        float, not negative but for rounding.
    """
    root = _root(first_covariance) if first_root is None else first_root
    # The product of the covariances has the eigenvalues of this symmetric
    # matrix, which stay real where images are few.
    values = np.linalg.eigvalsh(root @ second_covariance @ root.T)
    root_trace = np.sqrt(np.maximum(values, 0.0)).sum()
    shift = first_mean - second_mean
    traces = np.trace(first_covariance) + np.trace(second_covariance)
    return float(shift @ shift + traces - 2.0 * root_trace)


def _root(covariance):
    """Matrix of which the transpose times itself is the covariance."""
    try:
        # A tenth of the time of the eigenvectors.
        return np.linalg.cholesky(covariance).T
    except np.linalg.LinAlgError:
        values, vectors = np.linalg.eigh(covariance)
    rounding = len(values) * np.finfo("float64").eps * values[-1]
    kept = values > rounding
    return (vectors[:, kept] * np.sqrt(values[kept])).T
