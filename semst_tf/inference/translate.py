"""From images as people have them to translations of the same kind."""

import functools
import os
import pathlib
import warnings

import keras
import numpy as np

from semst_tf.data.channels import convert_channels
from semst_tf.data.channels import converted_channels
from semst_tf.data.image_files import check_format
from semst_tf.data.image_files import may_be_truncated
from semst_tf.data.image_files import printable
from semst_tf.data.image_files import read_header
from semst_tf.data.image_files import read_image
from semst_tf.data.value_range import seems_zero_to_one
from semst_tf.inference.translation_ranges import translation_ranges
from semst_tf.networks.in_float32 import in_float32
from semst_tf.tiling.exact import can_run_exactly
from semst_tf.tiling.exact import translate_exactly
from semst_tf.tiling.image_reader import ImageReader
from semst_tf.tiling.memory import available_memory
from semst_tf.tiling.memory import needed_memory
from semst_tf.tiling.tiles import translate_tiles

MODES = ("whole", "tiled", "exact_tiled")
"""Ways to translate an image, see `translate`."""

TILE = 512
"""Side of a tile in pixels, unless another one is given."""


def translate(
    translator,
    images,
    value_range=None,
    batch_size=8,
    mode="whole",
    tile=None,
    verbose=False,
    statistics=None,
):
    """Translates one image, a batch, a path, or a list of these.

    Three modes:

    - `"whole"`: each image in one piece; the fastest while it fits into
      memory. Where it would not, it stops and says so.
    - `"tiled"`: overlapping tiles, blended, all normalised with statistics of
      samples of the image. Memory does not grow with the image; no steps
      where tiles meet, but colours may differ a little from `"whole"`.
    - `"exact_tiled"`: equal to `"whole"`; needs a generator of semst_tf, and
      disk space for temporary files (48 bytes for each pixel and 16 filters).

    In tiles, generators of semst_tf compute in float32, as exported ones do:
    half precision would round differently in every tile. `"whole"` computes
    in the precision that the model was made with.

    Args:
        translator: Keras model that maps `(batch, height, width, channels)`
            in [-1, 1] to the same.
        images: See `SemST.translate`.
        value_range: Pair of black and white values of inputs and outputs, or
            `None` for the ranges that the model was trained with, or else
            the range of integer types and [-1, 1] for floating point; see
            `translation_ranges`.
        batch_size: int. Images translated at once in mode `"whole"`.
        mode: str. `"whole"`, `"tiled"` or `"exact_tiled"`. Defaults to
            `"whole"`.
        tile: int or `None`. Side of a tile in pixels, rounded up to what the
            network can take. Defaults to `None`, which is 512.
        verbose: bool. Show a progress bar over the tiles. Defaults to
            `False`.
        statistics: `semst_tf.tiling.temporal_statistics.TemporalStatistics`
            of the translator, or `None`. Images are consecutive frames, and
            share statistics of normalisations: they are translated one by
            one, in this order. Not in mode `"exact_tiled"`. Defaults to
            `None`, each image has its own.

    Returns:
        NumPy array, or a list of arrays for a list, sizes and types kept.

    Raises:
        ValueError: If an image cannot be read or does not fit the model, or
            a translation in one piece would not fit into memory.
    """
    if batch_size < 1:
        raise ValueError(
            "`batch_size` must be at least 1. "
            f"Received: batch_size={batch_size}"
        )
    check_mode(translator, mode, tile)
    if statistics is not None and mode == "exact_tiled":
        raise ValueError(
            "mode='exact_tiled' finds the statistics of each image anew; "
            "frames that share them are translated with mode='whole' or "
            "mode='tiled'. Received: mode='exact_tiled' with `statistics`"
        )
    if isinstance(images, (list, tuple)):
        return [
            translate(
                translator,
                image,
                value_range,
                batch_size,
                mode,
                tile,
                verbose,
                statistics,
            )
            for image in images
        ]
    if isinstance(images, (str, os.PathLike)):
        images = read_image(pathlib.Path(images))
        images = convert_channels(images, translator.input_channels)
    images = np.asarray(images)
    _check(images, translator.input_channels)
    ranges = translation_ranges(translator, images.dtype, value_range)
    if value_range is None:
        _ask_about_range(images, ranges.source)
    return _translate_array(
        translator,
        images,
        ranges,
        batch_size,
        mode,
        tile or TILE,
        verbose,
        statistics,
    )


def fits_whole(translator, shape, batch=1):
    """Whether mode `"whole"` would find the memory it needs.

    Args:
        translator: As for `translate`.
        shape: Tuple that begins with height and width.
        batch: int. Images at once. Defaults to `1`.

    Returns:
        bool. `True` also where it cannot be known.
    """
    needed = needed_memory(translator, *shape[:2], batch=batch)
    available = available_memory()
    return needed is None or available is None or needed <= available


def check_mode(translator, mode, tile=None):
    """Raises if a translator cannot translate in a mode.

    Args:
        translator: As for `translate`.
        mode: str.
        tile: int or `None`.

    Raises:
        ValueError: If the mode is unknown, or not possible with this
            translator, or the tile does not fit.
    """
    if mode not in MODES:
        raise ValueError(
            f"`mode` must be one of {', '.join(MODES)}. Received: mode={mode!r}"
        )
    if tile is not None and mode == "whole":
        raise ValueError(
            "`tile` belongs to mode='tiled' and mode='exact_tiled'. "
            f"Received: tile={tile}, mode={mode!r}"
        )
    if tile is not None and tile < 1:
        raise ValueError(f"`tile` must be at least 1. Received: tile={tile}")
    if mode != "whole" and not isinstance(translator, keras.Model):
        raise ValueError(
            "A SavedModel is translated with mode='whole'; its layers cannot "
            "be reached. It has a signature `translate_tiled` of its own. "
            f"Received: mode={mode!r}"
        )
    if mode == "exact_tiled" and not can_run_exactly(translator):
        raise ValueError(
            "mode='exact_tiled' needs a generator of semst_tf; use "
            f"mode='tiled' for others. Received: {type(translator).__name__}"
        )


def check_file(translator, source, output, value_range=None, page=None):
    """Raises for a file that could not be translated into another.

    Reads the header, and the pixels only where they may be the problem, so
    that many files can be checked before the first of them is translated. A
    grey image is one that a model of colour images can translate, and the
    other way round, as in training.

    Args:
        translator: Keras model, as for `translate`.
        source: Path of the image.
        output: Path of the file that its translation becomes.
        value_range: As for `translate`.
        page: int or `None`. See `semst_tf.data.read_image`.

    Returns:
        The `ImageHeader` of the image.

    Raises:
        OSError: If the image cannot be opened.
        ValueError: If it cannot be read, does not fit the model, or its
            translation does not fit the format of the output.
    """
    header = read_header(source, page)
    channels = translator.input_channels
    if converted_channels(header.channels, channels) is None:
        raise ValueError(
            f"This model translates images of {channels} channels. Received: "
            f"{printable(source)} with {header.channels}"
        )
    ranges = translation_ranges(translator, header.dtype, value_range)
    if ranges.may_refuse or may_be_truncated(source):
        ranges.to_unit(read_image(source, page))
    check_format(output, header.dtype, translator.output_channels)
    return header


def _check(images, channels):
    if images.ndim not in (3, 4) or 0 in images.shape:
        raise ValueError(
            "Images are arrays (height, width, channels) or (batch, height, "
            "width, channels), none of them empty; a grey image has one "
            f"channel. Received: shape={images.shape}"
        )
    if images.shape[-1] != channels:
        raise ValueError(
            f"This model translates images of {channels} channels. "
            f"Received: shape={images.shape}"
        )


def _ask_about_range(images, value_range):
    """Warns of images that are hardly in the range that is taken for theirs."""
    if value_range == (-1.0, 1.0):
        _ask_about_zero_to_one(images)
    elif value_range is not None and images.dtype.kind in "ui":
        white = np.iinfo(images.dtype).max
        if value_range[1] > white:
            low, high = value_range
            warnings.warn(
                f"Images of {images.dtype}, of which white is {white}, are "
                "translated by a model that was trained with the value range "
                f"from {low:g} to {high:g}: they are dark for it. Say "
                f"`value_range=(0, {white})` if theirs is another. Received: "
                f"dtype={images.dtype}, value_range=None",
                stacklevel=4,
            )


def _ask_about_zero_to_one(images):
    smallest, largest = float(images.min()), float(images.max())
    if seems_zero_to_one(smallest, largest):
        warnings.warn(
            "Floating-point images to translate lie in [0, 1] and not in "
            "[-1, 1]. If that is their scale, say `value_range=(0, 1)`; if "
            "they are only bright, nothing is wrong. Received: values from "
            f"{smallest:g} to {largest:g}",
            stacklevel=4,
        )


def _translate_array(
    translator, images, ranges, batch_size, mode, tile, verbose, statistics
):
    """Translates one image or a batch that was checked."""
    if mode != "whole" and can_run_exactly(translator):
        translator = in_float32(translator)

    def one(image):
        if mode == "whole":
            return _translate_batch(
                translator, image[None], ranges, statistics
            )[0]
        return _translate_tiled(
            translator, image, ranges, mode, tile, verbose, statistics
        )

    if images.ndim == 3:
        return one(images)
    if mode != "whole" or statistics is not None:
        return np.stack([one(image) for image in images])
    batches = [
        _translate_batch(translator, images[start : start + batch_size], ranges)
        for start in range(0, len(images), batch_size)
    ]
    return np.concatenate(batches)


def _translate_batch(translator, images, ranges, statistics=None):
    _check_memory(translator, images.shape)
    if statistics is None:
        run = translator.predict_on_batch
    else:
        run = statistics.translate
    translated = run(ranges.to_unit(images))
    # Under a distribution strategy each replica translates all of them.
    return ranges.from_unit(translated[: len(images)])


def _check_memory(translator, shape):
    if fits_whole(translator, shape[1:], batch=shape[0]):
        return
    needed = needed_memory(translator, *shape[1:3], batch=shape[0])
    raise ValueError(
        f"Translating in one piece needs about {needed / 2**30:.1f} GiB, and "
        f"{available_memory() / 2**30:.1f} GiB are free; use "
        "mode='exact_tiled' for the same result in little memory, or "
        "mode='tiled', or a smaller batch. "
        f"Received: shape={tuple(shape)}, mode='whole'"
    )


def _translate_tiled(
    translator, pixels, ranges, mode, tile, verbose, statistics
):
    multiple = getattr(translator, "stride", 1)
    minimum = getattr(translator, "minimum_size", multiple)
    image = ImageReader(
        pixels, ranges.source, multiple, minimum, clip=ranges.clip
    )
    tile = max(-(-tile // multiple) * multiple, minimum)
    if mode == "tiled":
        in_tiles = functools.partial(translate_tiles, statistics=statistics)
    else:
        in_tiles = translate_exactly
    height, width = pixels.shape[:2]
    translated = np.empty(
        (height, width, translator.output_channels), pixels.dtype
    )
    parts = in_tiles(translator, image, tile, _progress(verbose))
    for box, values in parts:
        # Without what was mirrored: a slice ends where the array does.
        place = translated[box.top : box.bottom, box.left : box.right]
        rows, columns = place.shape[:2]
        place[...] = ranges.from_unit(values[:rows, :columns])
    return translated


def _progress(verbose):
    """Function that shows how many of the tiles are done."""
    bar = keras.utils.Progbar(None, unit_name="tile") if verbose else None

    def progress(done, total):
        if bar is not None:
            bar.target = total
            bar.update(done)

    return progress
