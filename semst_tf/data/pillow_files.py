"""Images that Pillow decodes: PNG, JPEG, WebP, BMP, GIF, AVIF and HEIC."""

import numpy as np
from PIL import Image

from semst_tf.data import orientation as orientations
from semst_tf.data.colour_profiles import cmyk_to_srgb
from semst_tf.data.colour_profiles import to_srgb
from semst_tf.data.decoded_image import DecodedImage
from semst_tf.data.decoded_image import ImageHeader
from semst_tf.data.pixel_limit import open_image
from semst_tf.data.png_chunks import has_metadata_behind_pixels

# Pillow mode -> (mode to decode into, channels, dtype).
_MODES = {
    **dict.fromkeys(("1", "L", "LA", "La"), ("L", 1, "uint8")),
    **dict.fromkeys(
        (
            "P",
            "PA",
            "RGB",
            "RGBA",
            "RGBX",
            "RGBa",
            "CMYK",
            "YCbCr",
            "LAB",
        ),
        ("RGB", 3, "uint8"),
    ),
    **dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), (None, 1, "uint16")),
    "F": (None, 1, "float32"),
}


def pillow_header(file, page=None):
    """Reads the header of an image that Pillow opens.

    Args:
        file: Binary file object.
        page: int or `None`. Frame of an animation; `None` is the first.

    Returns:
        An `ImageHeader`.
    """
    with open_image(file) as opened:
        frames = _seek(opened, page)
        mode, channels, dtype = _mode_of(opened)
        size = orientations.upright_size(
            opened.height, opened.width, orientation_of(opened)
        )
        alpha = opened.has_transparency_data
        return ImageHeader(*size, channels, dtype, alpha, frames)


def pillow_image(file, page=None):
    """Reads an image that Pillow opens, upright and in sRGB.

    Args:
        file: Binary file object.
        page: int or `None`. Frame of an animation; `None` is the first.

    Returns:
        A `DecodedImage`.
    """
    with open_image(file) as opened:
        _seek(opened, page)
        mode, _, dtype = _mode_of(opened)
        _spread_transparent_grey(opened)
        orientation = orientation_of(opened)
        profile = opened.info.get("icc_profile")
        opened.load()
        image, alpha = opened, None
        if mode is not None and opened.has_transparency_data:
            image = image.convert("RGBA" if mode == "RGB" else "LA")
            alpha = np.asarray(image.getchannel("A"))
        if image.mode in ("CMYK", "LAB"):
            image, profile = cmyk_to_srgb(image, profile), None
        if mode is not None and image.mode != mode:
            image = image.convert(mode)
        pixels = np.asarray(image).astype(dtype, copy=False)
    if pixels.ndim == 2:
        pixels = pixels[..., None]
    if mode is None and opened.has_transparency_data:
        alpha = alpha_of_key(pixels, opened.info["transparency"])
    pixels = to_srgb(pixels, profile)
    if alpha is not None:
        alpha = orientations.upright(alpha, orientation)
    return DecodedImage(orientations.upright(pixels, orientation), alpha)


def orientation_of(opened):
    """EXIF orientation 1..8 of a Pillow image; 1 is upright."""
    if opened.format == "TIFF":
        return 1  # Pillow applies it while it decodes.
    if opened.format == "PNG" and not has_metadata_behind_pixels(opened.fp):
        # Its own method would decode the image, to see what follows.
        exif = Image.Image.getexif(opened)
    else:
        exif = opened.getexif()
    return orientations.valid(exif.get(orientations.TAG, 1))


def alpha_of_key(pixels, key):
    """Alpha of an image of which one colour is transparent.

    Args:
        pixels: Array `(height, width, channels)`.
        key: int or tuple of int. The colour.

    Returns:
        Array `(height, width)` of the dtype of the pixels.
    """
    opaque = (pixels != np.array(key)).any(axis=-1)
    return opaque * np.array(np.iinfo(pixels.dtype).max, pixels.dtype)


def _seek(opened, page):
    """Goes to a frame; returns how many there are."""
    # What phones put behind a photograph (MPO) is no animation.
    animated = opened.format != "MPO" and getattr(opened, "is_animated", False)
    frames = opened.n_frames if animated else 1
    page = 0 if page is None else page
    if not 0 <= page < frames:
        raise ValueError(
            f"there is no page {page} in a file of {frames}, counted from 0"
        )
    if page:
        opened.seek(page)
    return frames


def _spread_transparent_grey(opened):
    """Pillow spreads grey of 2 and 4 bits, and not the one that is clear."""
    bits = {"L;2": 2, "L;4": 4}.get(opened.tile[0].args if opened.tile else "")
    if opened.format == "PNG" and bits and "transparency" in opened.info:
        opened.info["transparency"] *= 255 // (2**bits - 1)


def _mode_of(opened):
    if opened.mode == "I" and opened.format == "PNG":
        # How older Pillow versions hand out 16-bit grey PNG.
        return None, 1, "uint16"
    if opened.mode not in _MODES:
        raise ValueError(
            f"{opened.format} images of this kind ({opened.mode}) aren't known"
        )
    return _MODES[opened.mode]
