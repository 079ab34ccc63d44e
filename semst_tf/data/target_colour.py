"""Measures the mean colour of the target, at which a generator can begin."""

import itertools

import keras
import numpy as np

from semst_tf.data.unpack_batch import unpack_batch

IMAGES = 256
"""Images that are enough to know it."""


def mean_colour(batches):
    """Returns the mean colour of the first 256 images, or few more.

    Args:
        batches: Array `(batch, height, width, channels)` in [-1, 1], or an
            iterable of such arrays.

    Returns:
        Float64 array `(channels,)`.

    Raises:
        ValueError: If there are no images, or a value is not finite.

    Example:

    >>> mean_colour(np.zeros((4, 8, 8, 3)))
    array([0., 0., 0.])
    """
    means = [batch.mean((1, 2)) for batch in first_images(batches)]
    colour = np.concatenate(means).mean(0)
    if not np.isfinite(colour).all():
        raise ValueError(
            "Target images must be finite. "
            f"Received: images of mean colour {colour.tolist()}"
        )
    return colour


def first_images(batches):
    """Yields the images by which a target is known.

    Args:
        batches: See `mean_colour`.

    Yields:
        Float64 arrays `(batch, height, width, channels)`, until there are 256
        images.

    Raises:
        ValueError: If there are no images.
    """
    if hasattr(batches, "shape"):
        batches = [batches]
    count = 0
    for batch in batches:
        batch = np.asarray(batch, "float64")
        count += len(batch)
        yield batch
        if count >= IMAGES:
            return
    if not count:
        raise ValueError(
            "Without target images there are no colours of them. "
            "Received: no images"
        )


def target_batches(data):
    """Returns the target images of what `SemST.fit` takes.

    Args:
        data: What has no state of its own, so that training still gets
            everything: a dict or pair of arrays, a `tf.data.Dataset` or a
            `keras.utils.PyDataset`.

    Returns:
        Iterable of arrays `(batch, height, width, channels)`.

    Raises:
        ValueError: If the data is something else.
    """
    if isinstance(data, (dict, tuple, list)):
        return [_target(data)]
    if isinstance(data, keras.utils.PyDataset):
        # It may be read past its end, and then give anything.
        count = data.num_batches
        indices = itertools.count() if count is None else range(count)
        return (_target(data[index]) for index in indices)
    if hasattr(data, "take"):
        return (_target(batch) for batch in data)
    raise ValueError(
        "`fit` begins at the colours of the target and can measure them "
        "in a `tf.data.Dataset`, a `PyDataset` or a dict of arrays; call "
        "`adapt` with target images first. "
        f"Received: data of type {type(data).__name__}"
    )


def _target(batch):
    dicts = isinstance(batch, dict) and "target" in batch
    return batch["target"] if dicts else unpack_batch(batch)[1]
