"""Measures the mean colour of the target, at which a generator can begin."""

import numpy as np

PICTURES = 256
"""Pictures that are enough to know it."""


def mean_colour(batches):
    """Returns the mean colour of the first 256 pictures, or few more.

    Args:
        batches: Array `(batch, height, width, channels)` in [-1, 1], or an
            iterable of such arrays.

    Returns:
        Float64 array `(channels,)`.

    Raises:
        ValueError: If there are no pictures, or a value is not finite.

    Example:

    >>> mean_colour(np.zeros((4, 8, 8, 3)))
    array([0., 0., 0.])
    """
    if hasattr(batches, "shape"):
        batches = [batches]
    means = []
    for batch in batches:
        means += list(np.asarray(batch, "float64").mean((1, 2)))
        if len(means) >= PICTURES:
            break
    if not means:
        raise ValueError(
            "Without target pictures there is no mean colour of them. "
            "Received: no pictures"
        )
    colour = np.mean(means, 0)
    if not np.isfinite(colour).all():
        raise ValueError(
            "Target pictures must be finite. "
            f"Received: pictures of mean colour {colour.tolist()}"
        )
    return colour


def target_batches(data):
    """Yields the target pictures of what `SemST.fit` takes.

    Args:
        data: What has no state of its own, so that training still gets
            everything: a dict of arrays, a `tf.data.Dataset` or a
            `keras.utils.PyDataset`.

    Raises:
        ValueError: If the data is something else.
    """
    if isinstance(data, dict):
        yield data["target"]
        return
    whole = hasattr(data, "element_spec") or hasattr(data, "num_batches")
    if not whole or hasattr(data, "__next__") or _is_distributed(data):
        raise ValueError(
            "`fit` begins at the colours of the target and can measure them "
            "in a `tf.data.Dataset`, a `PyDataset` or a dict of arrays; call "
            "`adapt` with target pictures first. "
            f"Received: data of type {type(data).__name__}"
        )
    for batch in data:
        yield batch["target"]


def _is_distributed(data):
    """Whether every replica, or machine, has pictures of its own in it."""
    return hasattr(data, "element_spec") and not hasattr(data, "cardinality")
