"""KID: how far translations are from the target, for few images too."""

import keras
import numpy as np

from semst_tf.metrics.inception_distance import InceptionDistance
from semst_tf.metrics.score import Score

_ENOUGH = 50


@keras.saving.register_keras_serializable(package="semst_tf")
class KernelInceptionDistance(InceptionDistance):
    """Kernel Inception Distance, with its standard error.

    The squared maximum mean discrepancy of Inception features under the
    polynomial kernel `(x . y / features + 1) ** 3`, unbiased, so it can be
    slightly below 0; the mean over random subsets of both sets. Publications
    often print it times 100 or times 1000; this is the plain value.

    Args:
        subsets: int. Defaults to `100`.
        subset_size: int. Images of each set in a subset; fewer where there
            are fewer. Defaults to `1000`.
        seed: int. Of the choice of subsets. Defaults to `0`.
        weights: See `load_inception`.
        resize: `"pytorch_fid"` (default) or `"tensorflow"`.
        network: Keras model in the place of Inception, or `None`.
        batch_size: int. Defaults to `8`.
        name: string. Defaults to `"kernel_inception_distance"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        images: Translations `(batch, height, width, 3)`, uint8 or float in
            [-1, 1].

    Returns:
        `result()`: the distance. `result_and_error()`: with the standard
        error of the mean over subsets.

    Raises:
        ValueError: If a set has fewer than two images.

    Reference:
        Demystifying MMD GANs, Binkowski et al. 2018.
    """

    scores = (
        Score(
            group="distance",
            key="kid",
            heading="KID x100",
            log_name="val_kid",
            direction="down",
            digits=2,
            factor=100.0,
            error_key="kid_standard_error",
        ),
    )

    def __init__(
        self,
        subsets=100,
        subset_size=1000,
        seed=0,
        weights=None,
        resize="pytorch_fid",
        network=None,
        batch_size=8,
        name="kernel_inception_distance",
        dtype=None,
    ):
        super().__init__(weights, resize, network, batch_size, name, dtype)
        self.subsets = subsets
        self.subset_size = subset_size
        self.seed = seed
        self._target = []
        self._translated = []

    def add_target_features(self, features):
        """Adds `features` of images of the target domain."""
        self._target.append(features.astype("float32"))

    def add_features(self, features):
        """Adds `features` of translations."""
        self._translated.append(features.astype("float32"))

    def reset_state(self):
        self._translated = []

    def result(self):
        return self.result_and_error()[0]

    def result_and_error(self):
        """Returns the distance and the standard error of its mean."""
        target = self._all(
            self._target, "of the target domain (`update_target`)"
        )
        translated = self._all(self._translated, "translations")
        fewer = min(len(target), len(translated))
        self._warn_if_few(fewer, _ENOUGH, "mostly noise")
        size = min(fewer, self.subset_size)
        generator = np.random.default_rng(self.seed)
        values = [
            squared_discrepancy(
                _choose(generator, target, size),
                _choose(generator, translated, size),
            )
            for _ in range(self.subsets)
        ]
        error = np.std(values, ddof=1) if len(values) > 1 else np.nan
        return float(np.mean(values)), float(error / np.sqrt(len(values)))

    def _all(self, batches, kind):
        self._check_count(sum(map(len, batches)), kind)
        return np.concatenate(batches).astype("float64")

    def save_target(self, path):
        """Writes the features of the target domain to an `.npz` file."""
        features = self._all(self._target, "of the target domain")
        np.savez(path, features=features.astype("float32"), resize=self.resize)

    def load_target(self, path):
        """Replaces the target domain by what `save_target` wrote."""
        self._target = list(self._read_target(path, ("features",)))

    def get_config(self):
        return {
            **super().get_config(),
            "subsets": self.subsets,
            "subset_size": self.subset_size,
            "seed": self.seed,
        }


def squared_discrepancy(first, second):
    """Returns the unbiased squared maximum mean discrepancy.

    Args:
        first: float array `(count, features)`.
        second: float array `(other_count, features)`.

    Returns:
        float. 0 on average for two samples of one distribution.
    """
    within = 0.0
    for sample in (first, second):
        count = len(sample)
        kernel = _kernel(sample, sample)
        within += (kernel.sum() - np.trace(kernel)) / (count * (count - 1))
    return within - 2.0 * _kernel(first, second).mean()


def _kernel(first, second):
    return (first @ second.T / first.shape[1] + 1.0) ** 3


def _choose(generator, features, size):
    return features[generator.choice(len(features), size, replace=False)]
