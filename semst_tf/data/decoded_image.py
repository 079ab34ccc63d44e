"""What a file says about its image, and what belongs to the image."""

import dataclasses

import numpy as np

DTYPES = ("uint8", "uint16", "uint32", "int8", "int16", "int32", "float32")
"""Types of the pixels that images have once they are read."""


@dataclasses.dataclass(frozen=True)
class ImageHeader:
    """What a file says about its image before its pixels are decoded.

    Args:
        height: int. Pixels, as the image is meant to be looked at.
        width: int. Pixels.
        channels: int. Without alpha.
        dtype: str. One of `DTYPES`.
        alpha: bool. Whether the file holds transparency. Defaults to `False`.
        frames: int. Pages or frames of the file, of which the header
            describes one. Defaults to `1`.
        georeference: As in `DecodedImage`. Defaults to none.
    """

    height: int
    width: int
    channels: int
    dtype: str
    alpha: bool = False
    frames: int = 1
    georeference: tuple = ()


@dataclasses.dataclass(frozen=True)
class DecodedImage:
    """The pixels of an image, and what a translation of it should keep.

    Args:
        pixels: Array `(height, width, channels)` of one of `DTYPES`.
        alpha: Array `(height, width)` of the same dtype, or `None` (default)
            for an image without transparency.
        georeference: Tuple of TIFF tags `(code, dtype, count, value)` that
            say where on earth the image lies. Defaults to none.
        nodata: bool array `(height, width)`, `True` for pixels that hold no
            data, or `None` (default) where all of them do. Such pixels have
            the mean of the others.
    """

    pixels: np.ndarray
    alpha: np.ndarray | None = None
    georeference: tuple = ()
    nodata: np.ndarray | None = None
