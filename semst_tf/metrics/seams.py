"""How visible the borders of tiles are."""

import numpy as np


def seam_ratio(translated, reference=None, tile=512, multiple=4, minimum=8):
    """Compares the steps where tiles begin or end with the steps elsewhere.

    A step is the absolute difference between neighbouring pixels, a mean over
    a whole row or column and over all channels.

    Args:
        translated: Array `(height, width, channels)`, translated in tiles.
        reference: Array of the same shape, translated in one piece, or
            `None`. With it, the steps at borders are compared with those of
            the reference at the same places, which tells seams from what is
            in the image.
        tile: int. Side of the tiles in pixels. Defaults to `512`.
        multiple: int. What the tile is rounded up to, the `stride` of the
            network. Defaults to `4`.
        minimum: int. Its `minimum_size`. Defaults to `8`.

    Returns:
        float. 1 if borders are like other places, more if they are visible;
        NaN if the image is one tile, or flat where it is compared.

    Raises:
        ValueError: If the shapes differ, or an array is no image.

    Example:

    >>> whole = model.translate(image)
    >>> tiled = model.translate(image, mode="tiled", tile=256)
    >>> semst_tf.metrics.seams.seam_ratio(tiled, whole, tile=256)

    Reference:
        semst_tf design.
    """
    translated = np.asarray(translated)
    if translated.ndim != 3:
        raise ValueError(
            "An image is an array (height, width, channels). "
            f"Received: shape={translated.shape}"
        )
    if reference is not None and np.shape(reference) != translated.shape:
        raise ValueError(
            "The images must have the same shape. Received: "
            f"{translated.shape} and {np.shape(reference)}"
        )
    at_borders, elsewhere = [], []
    for axis in (0, 1):
        steps = _steps(translated, axis)
        size = translated.shape[axis]
        borders = tile_borders(size, tile, multiple, minimum)
        at_borders.append(steps[borders])
        if reference is None:
            elsewhere.append(np.delete(steps, borders))
        else:
            elsewhere.append(_steps(np.asarray(reference), axis)[borders])
    at_borders, elsewhere = map(np.concatenate, (at_borders, elsewhere))
    if not at_borders.size or not elsewhere.size or not elsewhere.any():
        return float("nan")
    return float(at_borders.mean() / elsewhere.mean())


def tile_borders(size, tile, multiple=4, minimum=8):
    """Returns the steps along an axis at which a tile begins or ends.

    Args:
        size: int. Pixels.
        tile: int. As for `seam_ratio`.
        multiple: int. As for `seam_ratio`.
        minimum: int. As for `seam_ratio`.

    Returns:
        List of int; `i` is the step from pixel `i` to pixel `i + 1`.
    """
    tile = max(-(-tile // multiple) * multiple, minimum)
    padded = max(-(-size // multiple) * multiple, minimum)
    step = max(tile // 2 // multiple, 1) * multiple
    last = max(padded - tile, 0)
    starts = [*range(0, last, step), last]
    borders = {start - 1 for start in starts}
    borders |= {start + tile - 1 for start in starts}
    return sorted(border for border in borders if 0 <= border < size - 1)


def _steps(image, axis):
    # Row by row or column by column: a copy of the whole may not fit.
    lines = np.moveaxis(image, axis, 0)
    return np.array(
        [
            np.abs(after.astype("float32") - before.astype("float32")).mean()
            for before, after in zip(lines[:-1], lines[1:])
        ],
        "float64",
    )
