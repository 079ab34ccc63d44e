"""From pictures as people have them to translations of the same kind."""

import os
import pathlib

import numpy as np

from semst_tf.data.image_files import check_format
from semst_tf.data.image_files import may_be_truncated
from semst_tf.data.image_files import printable
from semst_tf.data.image_files import read_header
from semst_tf.data.image_files import read_image
from semst_tf.data.value_range import from_unit_range
from semst_tf.data.value_range import to_unit_range


def translate(translator, images, value_range=None, batch_size=8):
    """Translates one picture, a batch, a path, or a list of these.

    Args:
        translator: Keras model that maps `(batch, height, width, channels)`
            in [-1, 1] to the same.
        images: See `SemST.translate`.
        value_range: Pair of black and white values, or `None` for the range
            of integer types and [-1, 1] for floating point.
        batch_size: int. Pictures translated at once.

    Returns:
        NumPy array, or a list of arrays for a list, sizes and types kept.

    Raises:
        ValueError: If a picture cannot be read or does not fit the model.
    """
    if batch_size < 1:
        raise ValueError(
            "`batch_size` must be at least 1. "
            f"Received: batch_size={batch_size}"
        )
    if isinstance(images, (list, tuple)):
        return [
            translate(translator, image, value_range, batch_size)
            for image in images
        ]
    if isinstance(images, (str, os.PathLike)):
        images = read_image(pathlib.Path(images))
    images = np.asarray(images)
    _check(images, translator.input_channels)
    if images.ndim == 3:
        return _translate_batch(translator, images[None], value_range)[0]
    batches = [
        _translate_batch(
            translator, images[start : start + batch_size], value_range
        )
        for start in range(0, len(images), batch_size)
    ]
    return np.concatenate(batches)


def check_file(translator, source, output, value_range=None):
    """Raises for a file that could not be translated into another.

    Reads the header, and the pixels only where they may be the problem, so
    that many files can be checked before the first of them is translated.

    Args:
        translator: Keras model, as for `translate`.
        source: Path of the picture.
        output: Path of the file that its translation becomes.
        value_range: As for `translate`.

    Raises:
        OSError: If the picture cannot be opened.
        ValueError: If it cannot be read, does not fit the model, or its
            translation does not fit the format of the output.
    """
    header = read_header(source)
    if header.channels != translator.input_channels:
        raise ValueError(
            "This model translates pictures of "
            f"{translator.input_channels} channels. Received: "
            f"{printable(source)} with {header.channels}"
        )
    value_range = _range_of(header.dtype, value_range)
    if value_range is not None or may_be_truncated(source):
        to_unit_range(read_image(source), value_range)
    check_format(output, header.dtype, translator.output_channels)


def _check(images, channels):
    if images.ndim not in (3, 4) or 0 in images.shape:
        raise ValueError(
            "Pictures are arrays (height, width, channels) or (batch, height, "
            "width, channels), none of them empty; a grey picture has one "
            f"channel. Received: shape={images.shape}"
        )
    if images.shape[-1] != channels:
        raise ValueError(
            f"This model translates pictures of {channels} channels. "
            f"Received: shape={images.shape}"
        )


def _translate_batch(translator, images, value_range):
    dtype = images.dtype
    value_range = _range_of(dtype, value_range)
    translated = translator.predict_on_batch(to_unit_range(images, value_range))
    return from_unit_range(translated, dtype, value_range)


def _range_of(dtype, value_range):
    """The stated range; that of integers follows from their type."""
    if value_range is None and np.issubdtype(dtype, np.floating):
        return (-1.0, 1.0)
    return value_range
