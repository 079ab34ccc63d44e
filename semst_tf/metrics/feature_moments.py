"""Mean and covariance of features that come in batches."""

import numpy as np


class FeatureMoments:
    """Mean and covariance of all rows seen, in bounded memory.

    Each batch is centred on its own before it is merged, so that no large
    numbers are subtracted from one another. Rows are kept only while they are
    no more than the features: then they are a root of the covariance, which
    would be expensive to take from the covariance itself.

    Reference:
        Updating formulae for sample variances, Chan et al. 1979.
    """

    def __init__(self):
        self.count = 0
        self.mean = 0.0
        self._scatter = 0.0
        self._batches = []

    def update(self, features):
        """Adds rows.

        Args:
            features: Array `(count, features)`.
        """
        features = np.array(features, "float64")
        count = len(features)
        mean = features.mean(axis=0)
        centred = features - mean
        total = self.count + count
        step = mean - self.mean
        weight = self.count * count / total
        self._scatter = (
            self._scatter + centred.T @ centred + weight * np.outer(step, step)
        )
        self.mean = self.mean + step * (count / total)
        self.count = total
        if self._batches is not None:
            few = total <= features.shape[1]
            self._batches = [*self._batches, features] if few else None

    @property
    def covariance(self):
        """The unbiased covariance; needs two rows."""
        return self._scatter / (self.count - 1)

    @property
    def root(self):
        """A root of the covariance, where rows are few; `None` elsewhere.

        Array `(count, features)`, of which the transpose times itself is the
        covariance; needs two rows.
        """
        if not self._batches:
            return None
        rows = np.concatenate(self._batches)
        return (rows - self.mean) / np.sqrt(self.count - 1)

    @classmethod
    def from_statistics(cls, count, mean, covariance):
        """Returns the moments that `count` rows with these values have."""
        moments = cls()
        moments.count = int(count)
        moments.mean = np.asarray(mean, "float64")
        moments._scatter = np.asarray(covariance, "float64") * (count - 1)
        moments._batches = None
        return moments
