"""Mean and covariance of features that come in batches."""

import numpy as np


class FeatureMoments:
    """Mean and covariance of all rows seen, without keeping the rows.

    Each batch is centred on its own before it is merged, so that no large
    numbers are subtracted from one another.

    Reference:
        Updating formulae for sample variances, Chan et al. 1979.
    """

    def __init__(self):
        self.count = 0
        self.mean = 0.0
        self._scatter = 0.0

    def update(self, features):
        """Adds rows.

        Args:
            features: Array `(count, features)`.
        """
        features = np.asarray(features, "float64")
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

    @property
    def covariance(self):
        """The unbiased covariance; needs two rows."""
        return self._scatter / (self.count - 1)

    @classmethod
    def from_statistics(cls, count, mean, covariance):
        """Returns the moments that `count` rows with these values have."""
        moments = cls()
        moments.count = int(count)
        moments.mean = np.asarray(mean, "float64")
        moments._scatter = np.asarray(covariance, "float64") * (count - 1)
        return moments
