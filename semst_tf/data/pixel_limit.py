"""How many pixels a file may claim to have: Pillow's limit, as a setting."""

import os

from PIL import Image

VARIABLE = "SEMST_TF_MAX_PIXELS"
"""Environment variable that raises or lowers the limit."""

_chosen = None


def set_max_pixels(pixels):
    """Chooses how many pixels an image file may have.

    A damaged or hostile file of a few bytes may claim billions of pixels and
    take all memory. Holds for this process; `SEMST_TF_MAX_PIXELS` in the
    environment does the same for processes that are started from it.

    Args:
        pixels: int, positive; or `None` for the default, which is what
            Pillow refuses: 178,956,970.

    Raises:
        ValueError: If it is neither.
    """
    global _chosen
    _chosen = None if pixels is None else _checked(pixels, "`max_pixels`")


def max_pixels():
    """Returns how many pixels an image file may have.

    Raises:
        ValueError: If the environment variable holds no positive integer.
    """
    if _chosen is not None:
        return _chosen
    if os.environ.get(VARIABLE):
        return _checked(os.environ[VARIABLE], VARIABLE)
    if Image.MAX_IMAGE_PIXELS is None:
        return float("inf")
    return 2 * Image.MAX_IMAGE_PIXELS


def check_pixels(height, width):
    """Refuses an image of more pixels than the limit.

    Args:
        height: int.
        width: int.

    Raises:
        ValueError: It names the number, the limit, and how to raise it.
    """
    pixels, limit = height * width, max_pixels()
    if pixels > limit:
        raise ValueError(
            f"{width} x {height} = {pixels} pixels are more than the limit of "
            f"{limit}: a large image, or a decompression bomb; for an image "
            f"that you trust raise the limit with --max_pixels={pixels} or "
            f"{VARIABLE}={pixels}"
        )


def open_image(file):
    """Opens an image with Pillow under this limit instead of its own.

    Args:
        file: Binary file object.

    Returns:
        `PIL.Image.Image`, not decoded.
    """
    limit = max_pixels()
    own = Image.MAX_IMAGE_PIXELS
    if own is not None and limit > 2 * own and limit != float("inf"):
        # Pillow has no setting but this one, which holds for the process.
        Image.MAX_IMAGE_PIXELS = limit
    try:
        opened = Image.open(file)
    except Image.DecompressionBombError as error:
        raise ValueError(
            f"{error} Is it a decompression bomb? For an image that you trust "
            f"raise the limit with --max_pixels or {VARIABLE}"
        ) from error
    check_pixels(opened.height, opened.width)
    return opened


def _checked(pixels, name):
    try:
        number = int(pixels)
    except (TypeError, ValueError):
        number = 0
    if number < 1 or isinstance(pixels, bool):
        raise ValueError(
            f"{name} must be a positive number of pixels. Received: {pixels!r}"
        )
    return number
