"""From pictures as people have them to translations of the same kind."""

import os
import pathlib

import numpy as np

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
    if value_range is None and np.issubdtype(dtype, np.floating):
        value_range = (-1.0, 1.0)
    translated = translator.predict_on_batch(to_unit_range(images, value_range))
    return from_unit_range(translated, dtype, value_range)
