"""Which of the values that images may have they do have."""

import dataclasses

import numpy as np

from semst_tf.data.value_range import value_range_of

_BINS = 256
_SHOWN = 16
_IGNORED = 5e-4  # Share of the pixels at either end: dead and hot ones.
_FEW = 1 / 8


@dataclasses.dataclass
class ValueHistogram:
    """Counts stored values over the range from black to white.

    Args:
        value_range: Pair `(low, high)`, or `None` for that of the dtype.

    Example:

    >>> histogram = ValueHistogram()
    >>> histogram.add(np.arange(100, dtype="uint8"))
    >>> histogram.smallest, histogram.largest
    (0.0, 99.0)
    """

    value_range: tuple | None = None
    smallest: float = np.inf
    largest: float = -np.inf
    outside: int = 0
    total: int = 0
    ranges: set = dataclasses.field(default_factory=set)
    counts: np.ndarray = dataclasses.field(
        default_factory=lambda: np.zeros(_BINS, "int64")
    )

    def add(self, image):
        """Counts the values of an image; without a range, only its ends."""
        self.smallest = min(self.smallest, float(image.min()))
        self.largest = max(self.largest, float(image.max()))
        try:
            low, high = value_range_of(image.dtype, self.value_range)
        except ValueError:
            return
        counts, _ = np.histogram(image, bins=_BINS, range=(low, high))
        self.counts += counts
        self.ranges.add((low, high))
        self.total += image.size
        self.outside += image.size - int(counts.sum())

    def merge(self, other):
        """Adds what another histogram of the same range counted."""
        self.smallest = min(self.smallest, other.smallest)
        self.largest = max(self.largest, other.largest)
        self.counts += other.counts
        self.ranges |= other.ranges
        self.total += other.total
        self.outside += other.outside

    @property
    def filled(self):
        """Share of the range in which nearly all values lie, or `None`."""
        inside = int(self.counts.sum())
        if not inside:
            return None
        shares = np.cumsum(self.counts) / inside
        first = np.searchsorted(shares, _IGNORED, side="right")
        last = np.searchsorted(shares, 1.0 - _IGNORED, side="left")
        return float(last - first + 1) / _BINS

    @property
    def warnings(self):
        """List of str: what is odd about the values."""
        if len(self.ranges) != 1:
            return []
        ((low, high),) = self.ranges
        found = f"values from {self.smallest:g} to {self.largest:g}"
        warnings = []
        if self.filled is not None and self.filled < _FEW:
            warnings.append(
                f"{found} fill {self.filled:.1%} of the range from {low:g} to "
                f"{high:g}, dark or flat for a network; if {self._suggested()} "
                "is what black and white are, set data.value_range or "
                "data.target_value_range (--value_range) to it"
            )
        if self.outside:
            warnings.append(
                f"{self.outside / self.total:.2%} of the values lie outside "
                f"the value range from {low:g} to {high:g} and become its "
                f"ends ({found})"
            )
        return warnings

    def __str__(self):
        """The ends, and the percentage of the values in 16 equal parts."""
        if not np.isfinite(self.smallest):
            return "-"
        text = f"{self.smallest:g} to {self.largest:g}"
        if len(self.ranges) != 1 or not self.counts.sum():
            return text
        ((low, high),) = self.ranges
        shares = self.counts.reshape(_SHOWN, -1).sum(axis=1)
        shares = 100 * shares / self.counts.sum()
        percent = " ".join(f"{share:.0f}" for share in shares)
        return (
            f"{text}; percent in sixteenths of {low:g} to {high:g}: {percent}"
        )

    def _suggested(self):
        low, high = self.smallest, self.largest
        if low >= 0 and high > 1:
            # Cameras and scanners give a whole number of bits.
            low, high = 0, 2 ** int(np.ceil(np.log2(high + 1))) - 1
        return f"{low:g},{high:g}"
