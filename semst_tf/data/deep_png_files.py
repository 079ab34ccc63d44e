"""PNG of 16 bits a channel, except plain grey; Pillow drops the low byte."""

import dataclasses

import numpy as np

from semst_tf.data.colour_profiles import to_srgb
from semst_tf.data.decoded_image import DecodedImage
from semst_tf.data.orientation import upright
from semst_tf.data.pillow_files import orientation_of
from semst_tf.data.pillow_files import pillow_header
from semst_tf.data.pixel_limit import open_image

PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"

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


def deep_png_header(file, head):
    """Reads the header; `head` are the first 26 bytes."""
    header = pillow_header(file)
    channels, alpha = _COLOUR_TYPES[head[25]]
    return dataclasses.replace(
        header, channels=channels, dtype="uint16", alpha=alpha
    )


def deep_png_image(file, head):
    """Reads the image with TensorFlow; `head` are the first 26 bytes."""
    with open_image(file) as opened:
        orientation = orientation_of(opened)
        profile = opened.info.get("icc_profile")
    file.seek(0)
    tf = tensorflow_for("reading 16-bit colour PNG")
    channels, alpha = _COLOUR_TYPES[head[25]]
    # It refuses two channels, and repeats the grey of them for four.
    decoded = tf.io.decode_png(
        file.read(), channels=4 if alpha else channels, dtype=tf.uint16
    )
    decoded = upright(np.asarray(decoded), orientation)
    pixels = to_srgb(np.ascontiguousarray(decoded[..., :channels]), profile)
    return DecodedImage(pixels, decoded[..., -1] if alpha else None)


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
