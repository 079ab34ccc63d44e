"""Crops that hold data, of images that have empty pixels."""

import numpy as np

_TRIES = 16
"""Draws before all places are looked at, which takes longer."""


def corner_with_data(
    nodata, crop_size, wanted, random, keep_row=False, minimum=1.0
):
    """Returns the corner of a crop in which enough pixels hold data.

    All such places are equally likely: a wanted place that is one stays, and
    otherwise one is drawn.

    Args:
        nodata: bool array `(height, width)`, `True` for empty pixels.
        crop_size: `(height, width)`.
        wanted: `(top, left)` that was drawn without looking.
        random: `numpy.random.Generator`.
        keep_row: bool. Whether to stay as near as possible to the wanted
            row. Defaults to `False`.
        minimum: float in (0, 1]. Share of the pixels of the crop that must
            hold data. Defaults to `1.0`, every one.

    Returns:
        `(top, left)`, or `None` if there is no such place.
    """
    allowed = _empty_pixels_allowed(crop_size, minimum)
    height, width = crop_size
    rows, columns = (
        size - crop + 1 for size, crop in zip(nodata.shape, crop_size)
    )
    top, left = wanted
    for _ in range(_TRIES):
        empty = nodata[top : top + height, left : left + width]
        if np.count_nonzero(empty) <= allowed:
            return int(top), int(left)
        if not keep_row:
            top = random.integers(rows)
        left = random.integers(columns)
    free = crops_with_data(nodata, crop_size, minimum)
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


def crops_with_data(nodata, crop_size, minimum=1.0):
    """Which corners belong to crops in which enough pixels hold data.

    Args:
        nodata: bool array `(height, width)`.
        crop_size: `(height, width)`, not larger.
        minimum: float in (0, 1]. See `corner_with_data`. Defaults to `1.0`.

    Returns:
        bool array `(height - crop_height + 1, width - crop_width + 1)`.
    """
    height, width = crop_size
    sums = np.zeros([size + 1 for size in nodata.shape], "int64")
    sums[1:, 1:] = nodata.cumsum(axis=0, dtype="int64").cumsum(axis=1)
    inside = sums[height:, width:] - sums[:-height, width:]
    inside -= sums[height:, :-width]
    inside += sums[:-height, :-width]
    return inside <= _empty_pixels_allowed(crop_size, minimum)


def few_empty_pixels(minimum):
    """Says of a crop how much of it must hold data.

    Args:
        minimum: float in (0, 1].

    Returns:
        str that goes on after "crop".
    """
    if minimum == 1:
        return "without empty pixels (nodata)"
    return f"of which {minimum:g} hold data (`data.minimum_valid`)"


def _empty_pixels_allowed(crop_size, minimum):
    # Rounded first: 0.9 of 10 pixels leaves 1 and not 0.99999.
    return int(round((1.0 - minimum) * crop_size[0] * crop_size[1], 6))
