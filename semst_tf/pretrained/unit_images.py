"""The one way from images to what metrics and frozen networks read."""

import warnings

import keras
import numpy as np
from keras import ops

from semst_tf.data.value_range import seems_zero_to_one
from semst_tf.data.value_range import to_unit_range

_WHITE = {"uint8": 255.0, "uint16": 65535.0}
_LARGEST = 4.0
"""Networks overshoot a little, which is clipped; beyond is another range."""


def unit_images(images, value_range=None):
    """Returns images as float32 in [-1, 1].

    Args:
        images: Array or tensor of any shape: `uint8` or `uint16` in the range
            of the type, floating point in [-1, 1].
        value_range: Pair of the values that stand for black and white, which
            any other type needs; values outside become its ends. Defaults to
            `None`.

    Returns:
        A NumPy array for an array, a tensor for a tensor.

    Raises:
        ValueError: If the range of the values is not known: for other
            integer types, and where floating-point values lie outside
            [-4, 4], which is no overshoot of [-1, 1] but another range (not
            seen in a compiled graph).
    """
    dtype = keras.backend.standardize_dtype(images.dtype)
    if value_range is not None:
        images = ops.convert_to_numpy(images)
        return to_unit_range(images, value_range, clip=True)
    if dtype in _WHITE:
        if isinstance(images, np.ndarray):
            return to_unit_range(images)
        return ops.cast(images, "float32") * (2.0 / _WHITE[dtype]) - 1.0
    if "float" not in dtype:
        raise ValueError(
            "Images that are neither uint8, uint16 nor floating point in "
            "[-1, 1] are scored with a `value_range`. "
            f"Received: shape={tuple(images.shape)}, dtype={dtype}"
        )
    _check_unit(images)
    if isinstance(images, np.ndarray):
        return np.clip(images.astype("float32"), -1.0, 1.0)
    return ops.clip(ops.cast(images, "float32"), -1.0, 1.0)


def _check_unit(images):
    try:
        values = np.asarray(ops.convert_to_numpy(images), "float32")
    except Exception:
        return  # Each backend has its own error for values it has not got yet.
    if not values.size:
        return
    smallest, largest = float(values.min()), float(values.max())
    # NaN fails every comparison.
    if not (-_LARGEST <= smallest and largest <= _LARGEST):
        raise ValueError(
            "Floating-point images are scored in [-1, 1]; convert others with "
            "`semst_tf.data.to_unit_range(image, value_range)`. Received: "
            f"values from {smallest:g} to {largest:g}"
        )
    if seems_zero_to_one(smallest, largest):
        warnings.warn(
            "Floating-point images that are scored lie in [0, 1] and not in "
            "[-1, 1]. If that is their scale, score `2 * images - 1`; if they "
            "are only bright, nothing is wrong. Received: values from "
            f"{smallest:g} to {largest:g}",
            stacklevel=4,
        )
