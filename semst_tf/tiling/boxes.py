"""Rectangles of an image, and how to cover it with them."""

import dataclasses
import itertools

import numpy as np


@dataclasses.dataclass(frozen=True)
class Box:
    """The rows `[top, bottom)` and columns `[left, right)` of an image."""

    top: int
    left: int
    bottom: int
    right: int

    def grown(self, margin, height, width):
        """The box with a margin, as far as the image goes."""
        return Box(
            max(self.top - margin, 0),
            max(self.left - margin, 0),
            min(self.bottom + margin, height),
            min(self.right + margin, width),
        )

    def scaled(self, numerator, denominator=1):
        """The same place in an image of another resolution."""
        return Box(
            *(
                side * numerator // denominator
                for side in dataclasses.astuple(self)
            )
        )

    def inside(self, outer):
        """Slices that cut this box out of an array of an outer one."""
        return (
            slice(self.top - outer.top, self.bottom - outer.top),
            slice(self.left - outer.left, self.right - outer.left),
        )


def cover(height, width, tile):
    """Returns boxes side by side that cover an image, row by row."""
    return [
        Box(top, left, min(top + tile, height), min(left + tile, width))
        for top, left in itertools.product(
            range(0, height, tile), range(0, width, tile)
        )
    ]


def overlapping_starts(size, tile, step):
    """Returns where tiles begin; the last one ends with the image."""
    last = max(size - tile, 0)
    return [*range(0, last, step), last]


def hann(size, floor=1e-3):
    """Hann window sampled at pixel centres, with a floor.

    The floor lets the pixels at the border of the image, which belong to
    one tile alone, be divided by their weight.

    Args:
        size: int. Samples.
        floor: float. Smallest weight. Defaults to `1e-3`.

    Returns:
        Float32 array `(size,)`.
    """
    phase = np.pi * (np.arange(size) + 0.5) / size
    return np.maximum(np.sin(phase) ** 2, floor).astype("float32")
