"""Pixel values as stored in files <-> the [-1, 1] that networks see."""

import numpy as np

_DTYPE_RANGES = {"uint8": (0.0, 255.0), "uint16": (0.0, 65535.0)}


def parse_value_range(value_range):
    """Reads a value range as users write it.

    Args:
        value_range: `"low,high"`, a pair, or `None` or `""` for none.

    Returns:
        A tuple of two floats, or `None`.

    Raises:
        ValueError: If it is not an increasing pair of finite numbers.

    Example:

    >>> parse_value_range("-1000,2060")
    (-1000.0, 2060.0)
    """
    if value_range is None or value_range == "":
        return None
    if isinstance(value_range, str):
        return value_range_of("float32", value_range.split(","))
    return value_range_of("float32", value_range)


def seems_zero_to_one(smallest, largest):
    """Whether values taken for [-1, 1] look as if 0 stood for black.

    Args:
        smallest: float. Of the values of images.
        largest: float.

    Returns:
        bool. Bright images may look like it too: reason to ask, no more.
    """
    return 0 <= smallest < 0.05 and 0.8 < largest <= 1.0


def fits_dtype(dtype, value_range):
    """Whether images of a dtype can hold all values of a range."""
    dtype = np.dtype(dtype)
    if value_range is None or dtype.kind == "f":
        return True
    low, high = value_range
    return np.iinfo(dtype).min <= low and high <= np.iinfo(dtype).max


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
            from the values: one dark image would change the guess.
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
            "Images that are neither uint8 nor uint16 need an explicit "
            "`value_range=(low, high)`, the values that stand for black and "
            f"white. Received: dtype={name}, value_range=None"
        )
    return _DTYPE_RANGES[name]


def to_unit_range(image, value_range=None, clip=False):
    """Maps stored pixel values linearly to [-1, 1].

    Args:
        image: Array of any shape; integers or floating point.
        value_range: Optional pair `(low, high)` mapped to -1 and 1. Defaults
            to `None`: the full range of `uint8` or `uint16`.
        clip: bool. Whether values outside `value_range` become its ends
            instead of an error. Defaults to `False`.

    Returns:
        A float32 array of the same shape with values in [-1, 1].

    Raises:
        ValueError: If `value_range` is needed and missing, if a value lies
            outside it and `clip` is false, or if one is NaN.
    """
    image = np.asarray(image)
    low, high = value_range_of(image.dtype, value_range)
    if value_range is not None and image.size:
        smallest, largest = float(image.min()), float(image.max())
        if clip and not np.isnan(smallest):
            smallest, largest = low, high
        if not (low <= smallest and largest <= high):
            raise ValueError(
                "Pixel values lie outside `value_range`. Received: "
                f"value_range=({low:g}, {high:g}), values from {smallest:g} "
                f"to {largest:g}"
            )
    scale = np.float32(2.0 / (high - low))
    # float32 cannot tell neighbours apart in integers of 32 bits.
    unit = image.astype("float64" if _is_wide(image.dtype) else "float32")
    unit -= unit.dtype.type(low)
    unit *= scale
    unit -= unit.dtype.type(1.0)
    unit = unit.astype("float32", copy=False)
    return np.clip(unit, -1.0, 1.0, out=unit)


def from_unit_range(image, dtype="uint8", value_range=None):
    """Maps values in [-1, 1] back to stored pixel values.

    The inverse of `to_unit_range`: values beyond [-1, 1] are clipped, integer
    dtypes are rounded to the nearest value.

    Args:
        image: Floating point array of any shape.
        dtype: An integer or float dtype. Defaults to `"uint8"`.
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
    # In place from here on: images can be a gigabyte.
    values = np.clip(np.asarray(image, dtype="float32"), -1.0, 1.0)
    if _is_wide(dtype):
        values = values.astype("float64")
    if np.isnan(values).any():
        raise ValueError(
            "NaN stands for no pixel value. Received: an image with "
            f"{int(np.isnan(values).sum())} NaN of {values.size} values"
        )
    values += values.dtype.type(1.0)
    values *= values.dtype.type(0.5 * (high - low))
    values += values.dtype.type(low)
    if dtype.kind not in "ui":
        return values.astype(dtype)
    if not fits_dtype(dtype, (low, high)):
        raise ValueError(
            f"`value_range` does not fit into {dtype.name}. "
            f"Received: value_range=({low:g}, {high:g})"
        )
    return np.rint(values, out=values).astype(dtype)


def to_bytes(image, value_range=None):
    """Maps stored pixel values to uint8, for looking at and for scores.

    Args:
        image: Array of any shape; uint8 is returned as it is, without a
            range.
        value_range: Optional pair `(low, high)`; values outside become its
            ends. Defaults to `None`: the full range of the integer dtype.

    Returns:
        A uint8 array of the same shape.

    Raises:
        ValueError: If `value_range` is needed and missing.
    """
    image = np.asarray(image)
    if image.dtype == np.uint8 and value_range is None:
        return image
    return from_unit_range(to_unit_range(image, value_range, clip=True))


def _is_wide(dtype):
    return np.dtype(dtype).kind in "ui" and np.dtype(dtype).itemsize > 2
