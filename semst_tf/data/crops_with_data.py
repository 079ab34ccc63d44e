"""Crops that hold no empty pixel, of images that have some."""

import numpy as np

_TRIES = 16
"""Draws before all places are looked at, which takes longer."""


def corner_with_data(nodata, crop_size, wanted, random, keep_row=False):
    """Returns the corner of a crop in which every pixel holds data.

    All such places are equally likely: a wanted place that is one stays, and
    otherwise one is drawn.

    Args:
        nodata: bool array `(height, width)`, `True` for empty pixels.
        crop_size: `(height, width)`.
        wanted: `(top, left)` that was drawn without looking.
        random: `numpy.random.Generator`.
        keep_row: bool. Whether to stay as near as possible to the wanted
            row. Defaults to `False`.

    Returns:
        `(top, left)`, or `None` if there is no such place.
    """
    height, width = crop_size
    rows, columns = (
        size - crop + 1 for size, crop in zip(nodata.shape, crop_size)
    )
    top, left = wanted
    for _ in range(_TRIES):
        if not nodata[top : top + height, left : left + width].any():
            return int(top), int(left)
        if not keep_row:
            top = random.integers(rows)
        left = random.integers(columns)
    free = crops_with_data(nodata, crop_size)
    if keep_row:
        possible = np.flatnonzero(free.any(axis=1))
        if not len(possible):
            return None
        top = possible[np.abs(possible - wanted[0]).argmin()]
        return int(top), int(random.choice(np.flatnonzero(free[top])))
    places = np.flatnonzero(free)
    if not len(places):
        return None
    top, left = divmod(int(random.choice(places)), columns)
    return top, left


def crops_with_data(nodata, crop_size):
    """Which corners belong to crops without an empty pixel.

    Args:
        nodata: bool array `(height, width)`.
        crop_size: `(height, width)`, not larger.

    Returns:
        bool array `(height - crop_height + 1, width - crop_width + 1)`.
    """
    height, width = crop_size
    sums = np.zeros([size + 1 for size in nodata.shape], "int64")
    sums[1:, 1:] = nodata.cumsum(axis=0, dtype="int64").cumsum(axis=1)
    inside = sums[height:, width:] - sums[:-height, width:]
    inside -= sums[height:, :-width]
    inside += sums[:-height, :-width]
    return inside == 0
