"""Pixel values as stored in files <-> the [-1, 1] that networks see."""

import numpy as np

_DTYPE_RANGES = {"uint8": (0.0, 255.0), "uint16": (0.0, 65535.0)}


def value_range_of(dtype, value_range=None):
    """Returns the (low, high) that stands for black and white.

    Args:
        dtype: NumPy dtype of the stored pixels.
        value_range: Optional pair `(low, high)`. Defaults to `None`: the
            full range of `uint8` or `uint16`.

    Returns:
        A tuple of two floats.

    Raises:
        ValueError: If `value_range` is not an increasing pair of finite
            numbers, or if it is missing for another dtype. Nothing is guessed
            from the values: one dark picture would change the guess.
    """
    if value_range is not None:
        try:
            low, high = (float(value) for value in value_range)
        except (TypeError, ValueError):
            low, high = 0.0, 0.0
        if not (np.isfinite(low) and np.isfinite(high) and low < high):
            raise ValueError(
                "`value_range` must be a pair (low, high) of finite numbers "
                f"with low < high. Received: value_range={value_range!r}"
            )
        return low, high
    name = np.dtype(dtype).name
    if name not in _DTYPE_RANGES:
        raise ValueError(
            "Pictures that are neither uint8 nor uint16 need an explicit "
            "`value_range=(low, high)`, the values that stand for black and "
            f"white. Received: dtype={name}, value_range=None"
        )
    return _DTYPE_RANGES[name]


def to_unit_range(image, value_range=None):
    """Maps stored pixel values linearly to [-1, 1].

    Args:
        image: Array of any shape; `uint8`, `uint16` or floating point.
        value_range: Optional pair `(low, high)` mapped to -1 and 1. Defaults
            to `None`: the full range of the integer dtype.

    Returns:
        A float32 array of the same shape with values in [-1, 1].

    Raises:
        ValueError: If `value_range` is needed and missing, or if a value lies
            outside it (NaN included).
    """
    image = np.asarray(image)
    low, high = value_range_of(image.dtype, value_range)
    if value_range is not None and image.size:
        smallest, largest = float(image.min()), float(image.max())
        if not (low <= smallest and largest <= high):
            raise ValueError(
                "Pixel values lie outside `value_range`. Received: "
                f"value_range=({low:g}, {high:g}), values from {smallest:g} "
                f"to {largest:g}"
            )
    scale = np.float32(2.0 / (high - low))
    unit = image.astype("float32")
    unit -= np.float32(low)
    unit *= scale
    unit -= np.float32(1.0)
    return np.clip(unit, -1.0, 1.0, out=unit)


def from_unit_range(image, dtype="uint8", value_range=None):
    """Maps values in [-1, 1] back to stored pixel values.

    The inverse of `to_unit_range`: values beyond [-1, 1] are clipped, integer
    dtypes are rounded to the nearest value.

    Args:
        image: Floating point array of any shape.
        dtype: `"uint8"`, `"uint16"` or a float dtype. Defaults to `"uint8"`.
        value_range: Optional pair `(low, high)` that -1 and 1 map to.
            Defaults to `None`: the full range of the integer dtype.

    Returns:
        An array of the same shape and of type `dtype`.

    Raises:
        ValueError: If `value_range` is needed and missing, or does not fit
            into `dtype`; if `image` holds NaN.
    """
    dtype = np.dtype(dtype)
    low, high = value_range_of(dtype, value_range)
    # In place from here on: pictures can be a gigabyte.
    values = np.clip(np.asarray(image, dtype="float32"), -1.0, 1.0)
    if np.isnan(values).any():
        raise ValueError(
            "NaN stands for no pixel value. Received: a picture with "
            f"{int(np.isnan(values).sum())} NaN of {values.size} values"
        )
    values += np.float32(1.0)
    values *= np.float32(0.5 * (high - low))
    values += np.float32(low)
    if dtype.kind not in "ui":
        return values.astype(dtype)
    limits = np.iinfo(dtype)
    if low < limits.min or high > limits.max:
        raise ValueError(
            f"`value_range` does not fit into {dtype.name}. "
            f"Received: value_range=({low:g}, {high:g})"
        )
    return np.rint(values, out=values).astype(dtype)
