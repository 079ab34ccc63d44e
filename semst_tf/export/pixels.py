"""Pixels and files <-> the [-1, 1] of networks, inside a TensorFlow graph."""

import tensorflow as tf

WHITE = {"uint8": 255.0, "uint16": 65535.0}
"""Stored value of white by dtype; black is 0."""

_TOLERANCE = 1e-3
"""Rounding that floating-point images may carry beyond [-1, 1]."""


def require(condition, message, received, value):
    """Stops the graph with a message unless a condition holds.

    Args:
        condition: Scalar bool tensor.
        message: str. What is asked for, a whole sentence.
        received: Tensor to show after the message.
        value: Tensor to hand on once the condition was found true. What
            follows must use it, or it could fail first with a message of
            its own.

    Returns:
        `value`.
    """
    check = tf.debugging.Assert(
        condition, [f"{message} Received:", received], summarize=4
    )
    with tf.control_dependencies([check] if check is not None else []):
        return tf.identity(value)


def check_batch(images, channels):
    """Refuses batches that a translator cannot take, in the graph.

    Args:
        images: Tensor `(batch, height, width, any)`.
        channels: int. Channels that the translator takes.

    Returns:
        The same tensor, with its last dimension known.
    """
    shape = tf.shape(images)
    images = require(
        tf.reduce_min(shape) > 0,
        "The batch (batch, height, width, channels) holds no image, or "
        "images without pixels.",
        shape,
        images,
    )
    images = require(
        tf.equal(shape[3], channels),
        f"This model translates images of {channels} channels.",
        shape,
        images,
    )
    return tf.ensure_shape(images, (None, None, None, channels))


def check_unit_range(images):
    """Refuses NaN, infinity and values outside [-1, 1], in the graph."""
    largest = tf.reduce_max(tf.abs(images))
    return require(
        # NaN fails every comparison, this one too.
        largest <= 1.0 + _TOLERANCE,
        "Floating-point images lie in [-1, 1] and hold no NaN; the largest "
        "magnitude is shown.",
        largest,
        images,
    )


def to_unit_range(images, value_range=None):
    """Maps uint8 or uint16 pixels to float32 in [-1, 1].

    Args:
        images: Integer tensor.
        value_range: Pair of the values that stand for black and white; values
            outside become its ends. Defaults to `None`, those of the type.
    """
    low, high = value_range or (0.0, WHITE[images.dtype.name])
    unit = (tf.cast(images, tf.float32) - low) * (2.0 / (high - low)) - 1.0
    return unit if value_range is None else tf.clip_by_value(unit, -1.0, 1.0)


def from_unit_range(images, dtype, value_range=None):
    """Maps [-1, 1] to uint8 or uint16, rounding to the nearest value.

    Args:
        images: Float tensor.
        dtype: str.
        value_range: Pair of the values that stand for black and white, within
            the type. Defaults to `None`, those of the type.
    """
    low, high = value_range or (0.0, WHITE[dtype])
    values = tf.clip_by_value(images, -1.0, 1.0) + 1.0
    return tf.cast(tf.round(values * (0.5 * (high - low)) + low), dtype)


def decode(contents, channels, dtype):
    """Decodes one JPEG, PNG, BMP or GIF in the graph.

    Alpha is dropped, as everywhere in semst_tf; other differences of the
    number of channels are refused. The EXIF orientation is not applied.

    Args:
        contents: Scalar string tensor, a whole file.
        channels: int. 1 or 3.
        dtype: str. `"uint8"`, or `"uint16"` (JPEG and PNG only; 8-bit files
            are widened).

    Returns:
        Tensor `(height, width, channels)`.
    """
    contents = require(
        tf.strings.length(contents) > 0,
        "An image is the bytes of a JPEG or PNG file.",
        "an empty string",
        contents,
    )
    image = tf.cond(
        tf.io.is_jpeg(contents),
        lambda: _decode_jpeg(contents, dtype),
        lambda: _decode_other(contents, dtype),
    )
    stored = tf.shape(image)[2]
    # 2 is grey with alpha, 4 is colour with alpha.
    image = image[:, :, : stored - (1 - stored % 2)]
    image = require(
        tf.equal(tf.shape(image)[2], channels),
        f"This model translates images of {channels} channels, alpha not "
        "counted.",
        tf.shape(image),
        image,
    )
    return tf.ensure_shape(image, (None, None, channels))


def _decode_jpeg(contents, dtype):
    # The method of Pillow; TensorFlow's default is off by a few levels.
    image = tf.io.decode_jpeg(contents, dct_method="INTEGER_ACCURATE")
    if dtype == "uint16":
        return tf.cast(image, tf.uint16) * 257
    return image


def _decode_other(contents, dtype):
    if dtype == "uint16":
        return tf.io.decode_png(contents, dtype=tf.uint16)
    image = tf.io.decode_image(contents, expand_animations=False)
    return tf.ensure_shape(image, (None, None, None))
