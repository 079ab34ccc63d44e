"""The bytes of image files: which format can hold what."""

import io

import numpy as np
from PIL import Image

from semst_tf.data.decoded_image import DTYPES
from semst_tf.data.deep_png_files import encoded_deep_png
from semst_tf.data.tiff_files import encode_tiff

_FORMATS = {
    ".png": ("PNG", {}),
    ".jpg": ("JPEG", {"quality": 95}),
    ".jpeg": ("JPEG", {"quality": 95}),
    ".jpe": ("JPEG", {"quality": 95}),
    ".jfif": ("JPEG", {"quality": 95}),
    ".webp": ("WEBP", {"quality": 95}),
    ".bmp": ("BMP", {}),
}
_TIFF = (".tif", ".tiff")
_WITH_ALPHA = (".png", ".webp", *_TIFF)


def holds_alpha(path):
    """Whether the format of a file name can hold transparency."""
    return path.suffix.lower() in _WITH_ALPHA


def encoded(path, image, alpha=None, georeference=()):
    """Encodes an image in the format of a file name.

    Args:
        path: `pathlib.Path`.
        image: Array `(height, width, channels)`.
        alpha: Array `(height, width)` of its dtype or `None`; left out where
            the format cannot hold it (`holds_alpha`).
        georeference: TIFF tags, left out in other formats.

    Returns:
        bytes.

    Raises:
        ValueError: If the format cannot hold the image without loss.
    """
    suffix = path.suffix.lower()
    kind = (image.dtype.name, image.shape[-1])
    alpha = alpha if suffix in _WITH_ALPHA else None
    buffer = io.BytesIO()
    if suffix == ".npy":
        np.save(buffer, image, allow_pickle=False)
        return buffer.getvalue()
    if suffix in _TIFF and image.dtype.name in DTYPES:
        encode_tiff(buffer, image, alpha, georeference)
        return buffer.getvalue()
    _check_kind(path, suffix, kind)
    if alpha is not None:
        image = np.concatenate([image, alpha[..., None]], axis=-1)
    if kind[0] == "uint16" and image.shape[-1] > 1:
        return encoded_deep_png(image)
    name, options = _FORMATS[suffix]
    plane = image[..., 0] if image.shape[-1] == 1 else image
    Image.fromarray(np.ascontiguousarray(plane)).save(buffer, name, **options)
    return buffer.getvalue()


def _check_kind(path, suffix, kind):
    if suffix not in (*_FORMATS, *_TIFF):
        raise ValueError(
            f"Images are written as {', '.join((*_FORMATS, *_TIFF))} or .npy. "
            f"Received: {path.name!r}"
        )
    kinds = [("uint8", 1), ("uint8", 3)]
    if suffix == ".png":
        kinds += [("uint16", 1), ("uint16", 3)]
    if kind not in kinds:
        png = " or .png" if kind in (("uint16", 1), ("uint16", 3)) else ""
        raise ValueError(
            f"{suffix} can't hold this image without loss; use .tif, .npy"
            f"{png}. Received: {kind[1]} channels of {kind[0]}"
        )
