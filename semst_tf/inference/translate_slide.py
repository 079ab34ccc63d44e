"""Translating whole slides by region, into pyramids."""

import pathlib
import tempfile

import keras
import numpy as np

from semst_tf.data.channels import converted_channels
from semst_tf.data.image_files import printable
from semst_tf.data.slide_file import OME_SUFFIXES
from semst_tf.data.write_pyramid import write_pyramid
from semst_tf.inference.translate import TILE
from semst_tf.inference.translate import check_mode
from semst_tf.inference.translation_ranges import translation_ranges
from semst_tf.networks.in_float32 import in_float32
from semst_tf.storage.atomic_files import replacing
from semst_tf.tiling.exact import can_run_exactly
from semst_tf.tiling.exact import translate_exactly
from semst_tf.tiling.slide_reader import SlideReader
from semst_tf.tiling.tiles import translate_tiles


def translate_slide(
    translator,
    slide,
    output,
    value_range=None,
    level=None,
    mode="tiled",
    tile=None,
    progress=lambda done, total: None,
):
    """Translates a whole slide into a pyramidal OME-TIFF.

    The slide is read by region and never as a whole; all tiles are normalised
    with the statistics of pieces that are spread over the slide, and blended,
    so that there are no seams. Memory is that of a few tiles; the finest
    level lies in a temporary file (`TMPDIR`) until the pyramid is written.

    Args:
        translator: Keras model, as for `translate`.
        slide: `semst_tf.data.slide_file.SlideFile`.
        output: Path that ends in `.ome.tif`; missing folders are made.
        value_range: As for `translate`.
        level: int or `None`. Level that is read, which becomes the finest
            of the translation. Defaults to `None`: what the translator was
            trained on, or `0`.
        mode: str. `"tiled"` or `"exact_tiled"`. Defaults to `"tiled"`.
        tile: int or `None`. As for `translate`.
        progress: Function called with (tiles done, tiles in all).

    Raises:
        OSError: If a file cannot be read or written.
        ValueError: If the slide does not fit the translator.
    """
    level = level_of(translator) if level is None else level
    check_slide(translator, slide, output, level, mode, tile)
    if can_run_exactly(translator):
        # Half precision would round differently in every tile.
        network = in_float32(translator)
    else:
        network = translator
    ranges = translation_ranges(translator, slide.dtype, value_range)
    multiple = getattr(network, "stride", 1)
    minimum = getattr(network, "minimum_size", multiple)
    reader = SlideReader(
        slide,
        level,
        network.input_channels,
        ranges.source,
        multiple,
        minimum,
        ranges.clip,
    )
    tile = max(-(-(tile or TILE) // multiple) * multiple, minimum)
    in_tiles = translate_tiles if mode == "tiled" else translate_exactly
    shape = (*reader.stored_size, translator.output_channels)
    output = pathlib.Path(output)
    output.parent.mkdir(parents=True, exist_ok=True)
    with tempfile.TemporaryFile(prefix="semst_tf-") as file:
        translated = np.memmap(file, slide.dtype, "w+", shape=shape)
        for box, values in in_tiles(network, reader, tile, progress):
            # Without what was mirrored: a slice ends where the array does.
            place = translated[box.top : box.bottom, box.left : box.right]
            rows, columns = place.shape[:2]
            place[...] = ranges.from_unit(values[:rows, :columns])
        microns = slide.microns
        if microns is not None:
            microns *= slide.scale(level)
        with replacing(output) as unfinished:
            write_pyramid(unfinished, translated, microns)


def level_of(translator):
    """The level that a translator was trained on; 0 where none is known."""
    return getattr(translator, "slide_level", None) or 0


def check_slide(translator, slide, output, level, mode="tiled", tile=None):
    """Raises for a slide that could not be translated.

    Args:
        translator: As for `translate_slide`.
        slide: `SlideFile`.
        output: Path.
        level: int.
        mode: str.
        tile: int or `None`.

    Raises:
        ValueError: If mode, level, channels or the name do not fit.
    """
    name = printable(slide.path)
    if mode == "whole" or not isinstance(translator, keras.Model):
        raise ValueError(
            "A whole slide is translated in tiles, mode='tiled' or "
            "'exact_tiled', by a Keras model. Received: "
            f"mode={mode!r}, {type(translator).__name__}"
        )
    check_mode(translator, mode, tile)
    if not str(output).lower().endswith(OME_SUFFIXES):
        raise ValueError(
            "A translated slide is a file that ends in .ome.tif. "
            f"Received: {printable(output)}"
        )
    try:
        channels = slide.shape(level)[2]
    except ValueError as error:
        raise ValueError(f"{name}: {error}") from error
    if converted_channels(channels, translator.input_channels) is None:
        raise ValueError(
            f"This model translates images of {translator.input_channels} "
            f"channels. Received: {name} with {channels}"
        )
    if translator.output_channels not in (1, 3):
        raise ValueError(
            "A slide is written in one or three channels. Received: a model "
            f"of {translator.output_channels} output channels for {name}"
        )
