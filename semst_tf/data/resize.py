"""Image sizes as users write them, and resizing of any dtype."""

import re

import numpy as np
from PIL import Image

FILTERS = {
    "bicubic": Image.Resampling.BICUBIC,
    "lanczos": Image.Resampling.LANCZOS,
    "bilinear": Image.Resampling.BILINEAR,
    "area": Image.Resampling.BOX,
    "nearest": Image.Resampling.NEAREST,
}


def parse_crop_size(crop_size):
    """Returns a crop size as `(height, width)`, or `None` for whole images.

    Args:
        crop_size: int (square), `(height, width)`, a string such as `"256"`
            or `"256x512"` (height x width), or `None`.

    Returns:
        A tuple of two ints, or `None`.

    Raises:
        ValueError: If it is none of these or not positive.
    """
    if crop_size is None:
        return None
    size = _numbers(crop_size)
    if size is None:
        raise ValueError(
            "`crop_size` must be a positive integer, (height, width) or "
            f"None. Received: crop_size={crop_size!r}"
        )
    return size * 2 if len(size) == 1 else size


def resized_shape(height, width, resize):
    """Returns the size of an image after `resize`.

    Args:
        height: int. Height in pixels before resizing.
        width: int. Width in pixels before resizing.
        resize: `None` (unchanged), int (the new width; the height follows the
            aspect ratio), `(height, width)`, or a string: `"512"`, `"256x512"`
            (height x width) or `"short:286"` (the shorter side; the other
            follows).

    Returns:
        A tuple `(height, width)`, at least one pixel each.

    Raises:
        ValueError: If `resize` is none of these.
    """
    if resize is None:
        return height, width
    short = isinstance(resize, str) and resize.startswith("short:")
    size = _numbers(resize[len("short:") :] if short else resize)
    if size is None or (short and len(size) == 2):
        raise ValueError(
            "`resize` must be None, a positive width, (height, width) or "
            f"'short:<pixels>'. Received: resize={resize!r}"
        )
    if len(size) == 2:
        return size
    scale = size[0] / (min(height, width) if short else width)
    return max(1, round(height * scale)), max(1, round(width * scale))


def resize_image(image, size, resize_filter="bicubic"):
    """Resizes an image, anti-aliased, in its own dtype.

    Args:
        image: Array `(height, width, channels)`: uint8, uint16 or float32.
        size: `(height, width)` of the result.
        resize_filter: One of `"bicubic"`, `"lanczos"`, `"bilinear"`,
            `"area"`, `"nearest"`. Defaults to `"bicubic"`.

    Returns:
        Array `(*size, channels)` of the same dtype.

    Raises:
        ValueError: If the filter is unknown.
    """
    resample = filter_of(resize_filter)
    if image.shape[:2] == tuple(size):
        return image
    if image.dtype == np.uint8 and image.shape[-1] == 3:
        return _resize_plane(image, size, resample)
    planes = np.moveaxis(image, -1, 0)
    if image.dtype == np.uint8:
        planes = [_resize_plane(plane, size, resample) for plane in planes]
        return np.stack(planes, axis=-1)
    planes = planes.astype("float32")
    planes = [_resize_plane(plane, size, resample) for plane in planes]
    resized = np.stack(planes, axis=-1)
    # Bicubic and Lanczos ring; ringing must not leave the value range.
    if image.dtype.itemsize > 2 and image.dtype.kind != "f":
        resized = resized.astype("float64")  # Holds the ends of 32 bits.
    resized = np.clip(resized, float(image.min()), float(image.max()))
    if image.dtype.kind in "ui":
        resized = np.rint(resized)
    return resized.astype(image.dtype)


def filter_of(resize_filter):
    """Returns Pillow's filter of that name, or raises `ValueError`."""
    if resize_filter not in FILTERS:
        raise ValueError(
            f"`resize_filter` must be one of {', '.join(FILTERS)}. "
            f"Received: resize_filter={resize_filter!r}"
        )
    return FILTERS[resize_filter]


def _resize_plane(plane, size, resample):
    height, width = size
    image = Image.fromarray(np.ascontiguousarray(plane))
    return np.asarray(image.resize((width, height), resample))


def _numbers(size):
    """One or two positive ints as a tuple, or None where it is neither."""
    if isinstance(size, str):
        if not re.fullmatch(r"\d+(x\d+)?", size):
            return None
        size = [int(number) for number in size.split("x")]
    elif not isinstance(size, (tuple, list)):
        size = [size]
        if isinstance(size[0], bool):
            return None
    elif len(size) != 2:
        return None
    if not all(isinstance(n, (int, np.integer)) and n > 0 for n in size):
        return None
    return tuple(int(number) for number in size)
