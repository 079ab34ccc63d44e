"""How near a synthetic volume is to the true one, in its own units."""

import numpy as np

BODY = -500.0
"""Hounsfield units above which a voxel belongs to the body, not to air."""


def absolute_error(truth, translated, body=BODY):
    """Mean absolute error inside the body.

    Air around a patient is easy and plentiful: an error over the whole volume
    says mostly how much of it there is.

    Args:
        truth: Array of any shape.
        translated: Array of the same shape.
        body: float or `None`. Voxels whose true value is above it count;
            `None` counts all. Defaults to `-500`, for Hounsfield units.

    Returns:
        float, in the units of the values; NaN where there is no body.

    Raises:
        ValueError: If the shapes differ.
    """
    _check_shapes(truth, translated)
    difference = np.abs(
        np.asarray(truth, "float64") - np.asarray(translated, "float64")
    )
    if body is not None:
        difference = difference[np.asarray(truth) > body]
    return float(difference.mean()) if difference.size else float("nan")


def threshold_dice(truth, translated, threshold):
    """Dice coefficient of what is above a threshold, such as bone.

    Args:
        truth: Array of any shape.
        translated: Array of the same shape.
        threshold: float. In CT, bone is above about 300 HU.

    Returns:
        float from 0 to 1; NaN where both have nothing above it.

    Raises:
        ValueError: If the shapes differ.
    """
    _check_shapes(truth, translated)
    first, second = (
        np.asarray(volume) > threshold for volume in (truth, translated)
    )
    both = np.count_nonzero(first) + np.count_nonzero(second)
    if not both:
        return float("nan")
    return 2.0 * np.count_nonzero(first & second) / both


def _check_shapes(truth, translated):
    shapes = np.shape(truth), np.shape(translated)
    if shapes[0] != shapes[1]:
        raise ValueError(
            "A volume and its truth must have the same shape. "
            f"Received: {shapes[1]} and {shapes[0]}"
        )
