"""Measures the few colours that a target of flat colours is made of."""

import numpy as np

from semst_tf.data.target_colour import first_images

_APART = 0.125
"""Difference in a channel from which on two colours are two: 16 of 255."""

_SAME = 3 / 127.5
"""Difference in a channel up to which compression may move a flat colour."""

_BIN = 0.0625
"""Width of the bins in which the most frequent colour is looked for."""

_PIXELS = 1024
"""Pixels that are read of an image."""


def target_palette(batches, count):
    """Returns the most frequent colours of the target and their shares.

    The most frequent colour is taken, all that are like it are left out, and
    the next one is looked for among the others.

    Args:
        batches: Array `(batch, height, width, channels)` in [-1, 1], or an
            iterable of such arrays, of which the first 256 images or few
            more are read.
        count: int. How many colours.

    Returns:
        Pair of float64 arrays: colours `(count, channels)`, and shares
        `(count,)` of the pixels that are nearest to each of them.

    Raises:
        ValueError: If there are no images, a value is not finite, or the
            target has fewer colours.

    Example:

    >>> maps = np.where(np.arange(8)[:, None] < 6, 0.8, -0.5) * np.ones((8, 3))
    >>> target_palette(maps[None, None], 2)[1]
    array([0.75, 0.25])

    Reference:
        semst_tf design.
    """
    pixels = _some_pixels(batches)
    colours = _most_frequent_colours(pixels, count)
    nearest = np.argmin(
        [np.square(pixels - colour).sum(-1) for colour in colours], axis=0
    )
    return colours, np.bincount(nearest, minlength=count) / len(pixels)


def flat_share(batches, count):
    """Returns how much of the target is of its most frequent colours.

    About half of maps and of label maps, a seventh of photographs or less.

    Args:
        batches: See `target_palette`.
        count: int. How many colours.

    Returns:
        float, the share of the pixels that differ from one of them by at most
        3 of 255 in every channel.

    Raises:
        ValueError: See `target_palette`.
    """
    pixels = _some_pixels(batches)
    colours = _most_frequent_colours(pixels, count)
    apart = [np.abs(pixels - colour).max(-1) for colour in colours]
    return float(np.mean(np.min(apart, axis=0) <= _SAME))


def _most_frequent_colours(pixels, count):
    """Array `(count, channels)`, the most frequent colour first."""
    left, colours = pixels, []
    while len(colours) < count:
        if not len(left):
            raise ValueError(
                "The target has fewer colours than `generator.palette` asks "
                f"for: {len(colours)} that differ by 16 of 255 or more. "
                f"Received: {count}"
            )
        colour = _most_frequent_colour(left)
        colours.append(colour)
        left = left[np.abs(left - colour).max(-1) >= _APART]
    return np.array(colours)


def _some_pixels(batches):
    """Pixels spread over the first images, `(pixels, channels)`."""
    chosen = []
    for batch in first_images(batches):
        pixels = batch.reshape(len(batch), -1, batch.shape[-1])
        # An odd step does not meet the same columns in every row.
        step = max(1, pixels.shape[1] // _PIXELS) | 1
        chosen.append(pixels[:, ::step].reshape(-1, batch.shape[-1]))
    pixels = np.concatenate(chosen)
    if not np.isfinite(pixels).all():
        raise ValueError(
            "Target images must be finite. Received: values that are not"
        )
    return pixels


def _most_frequent_colour(pixels):
    """The median of what is around the fullest bin of colours."""
    bins, counts = np.unique(
        np.round(pixels / _BIN).astype("int64"), axis=0, return_counts=True
    )
    centre = bins[counts.argmax()] * _BIN
    # Twice, because most of a colour may lie in the bin beside.
    for _ in range(2):
        near = np.abs(pixels - centre).max(-1) <= _BIN
        centre = np.median(pixels[near], axis=0)
    return centre
