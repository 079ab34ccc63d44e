"""Mean and variance of what comes piece by piece."""

import numpy as np


class RunningMoments:
    """Joins the statistics of pieces to those of the whole, in float64.

    Reference:
        Chan, Golub, LeVeque 1979.
    """

    def __init__(self):
        self._count = 0
        self._mean = 0.0
        self._squares = 0.0

    def add(self, mean, variance, count):
        """Adds a piece.

        Args:
            mean: Array of means.
            variance: Array of variances, of the same shape.
            count: int. Values that they are the statistics of.
        """
        mean = np.asarray(mean, "float64")
        variance = np.asarray(variance, "float64")
        total = self._count + count
        difference = mean - self._mean
        self._squares = (
            self._squares
            + variance * count
            + difference**2 * (self._count * count / total)
        )
        self._mean = self._mean + difference * (count / total)
        self._count = total

    def result(self):
        """Returns (mean, variance) of everything added, float32."""
        variance = self._squares / self._count
        return self._mean.astype("float32"), variance.astype("float32")
