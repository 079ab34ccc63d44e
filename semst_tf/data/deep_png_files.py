"""PNG of 16 bits a channel, except plain grey; Pillow drops the low byte."""

import dataclasses

import numpy as np

from semst_tf.data.colour_profiles import to_srgb
from semst_tf.data.decoded_image import DecodedImage
from semst_tf.data.orientation import upright
from semst_tf.data.pillow_files import alpha_of_key
from semst_tf.data.pillow_files import orientation_of
from semst_tf.data.pillow_files import pillow_header
from semst_tf.data.pixel_limit import open_image
from semst_tf.data.png_chunks import SIGNATURE as PNG_SIGNATURE

# PNG colour type -> channels without alpha, and whether there is alpha.
_COLOUR_TYPES = {2: (3, False), 4: (1, True), 6: (3, True)}


def is_deep_png(head):
    """Whether the first 26 bytes of a file are of such a PNG."""
    # IHDR comes first: bit depth is byte 24, colour type is byte 25.
    return (
        len(head) == 26
        and head.startswith(PNG_SIGNATURE)
        and head[24] == 16
        and head[25] in _COLOUR_TYPES
    )


def deep_png_header(file, head, page=None):
    """Reads the header; `head` are the first 26 bytes."""
    header = pillow_header(file)
    if page and page >= header.frames:
        raise ValueError(
            f"there is no page {page} in a file of {header.frames}, counted "
            "from 0"
        )
    if page:
        raise ValueError(
            "of an animated PNG of 16 bits the first frame can be read. "
            f"Received: page={page}"
        )
    channels, _ = _COLOUR_TYPES[head[25]]
    return dataclasses.replace(header, channels=channels, dtype="uint16")


def deep_png_image(file, head, page=None):
    """Reads the image with TensorFlow; `head` are the first 26 bytes."""
    deep_png_header(file, head, page)
    file.seek(0)
    with open_image(file) as opened:
        orientation = orientation_of(opened)
        profile = opened.info.get("icc_profile")
        key = opened.info.get("transparency")
    file.seek(0)
    tf = tensorflow_for("reading 16-bit colour PNG")
    channels, alpha = _COLOUR_TYPES[head[25]]
    # It refuses two channels, and repeats the grey of them for four.
    try:
        decoded = tf.io.decode_png(
            file.read(), channels=4 if alpha else channels, dtype=tf.uint16
        )
    except tf.errors.InvalidArgumentError as error:
        raise ValueError("a truncated or damaged PNG of 16 bits") from error
    decoded = upright(np.asarray(decoded), orientation)
    pixels = np.ascontiguousarray(decoded[..., :channels])
    transparency = decoded[..., -1] if alpha else None
    if key is not None and not alpha:
        transparency = alpha_of_key(pixels, key)
    return DecodedImage(to_srgb(pixels, profile), transparency)


def encoded_deep_png(image):
    """Returns the bytes of a PNG of uint16 `(height, width, 2, 3 or 4)`."""
    tf = tensorflow_for("writing 16-bit colour PNG")
    return tf.io.encode_png(image).numpy()


def tensorflow_for(purpose):
    """Imports TensorFlow, or says what it is needed for."""
    try:
        import tensorflow as tf
    except ImportError as error:
        raise ImportError(
            f"TensorFlow is needed for {purpose}, and is not installed."
        ) from error
    return tf
