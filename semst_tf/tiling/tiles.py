"""Overlapping tiles, normalised alike and blended."""

import itertools

import numpy as np
from keras import ops

from semst_tf.networks.multi_scale_generator import MultiScaleGenerator
from semst_tf.tiling.boxes import Box
from semst_tf.tiling.boxes import hann
from semst_tf.tiling.boxes import overlapping_starts
from semst_tf.tiling.reduced_image_reader import ReducedImageReader
from semst_tf.tiling.shared_statistics import normalized_in_order
from semst_tf.tiling.shared_statistics import sample
from semst_tf.tiling.shared_statistics import shared_statistics
from semst_tf.tiling.shared_statistics import to_numpy

PIXELS_AT_ONCE = 512 * 512

ROWS_AT_ONCE = 32
"""Rows that are finished at once; all of a tile's would need much memory."""


def translate_tiles(network, reader, tile, progress, statistics=None):
    """Translates an image in overlapping tiles.

    Tiles begin every half tile; the last ones are shifted inward to end with
    the image. Where they overlap they are blended with a Hann window. All
    are normalised with the same statistics, those of pieces spread over the
    image: there is no step where tiles meet, but colours may differ a
    little from a translation in one piece.

    Args:
        network: Keras model that translates. A
            `MultiScaleGenerator` gets its context from one pass before.
        reader: `semst_tf.tiling.image_reader.ImageReader`.
        tile: int. Side of a tile, a multiple of the strides of the network.
        progress: Function called with (tiles done, tiles in all).
        statistics: `TemporalStatistics` or `None`. Averages to normalise with,
            updated by the samples, instead of those of the samples alone.
            Defaults to `None`.

    Yields:
        Pairs (box, values): finished parts of the translation, float32
        `(rows, columns, channels)`.

    Reference:
        After HRDA, Hoyer et al. 2022 (half stride, last tile inward); window
        and shared statistics are semst_tf design.
    """
    if not isinstance(network, MultiScaleGenerator):
        run = _tile_function(network, sample(reader), statistics)
        yield from blended(reader, run, tile, progress)
        return
    reduced = ReducedImageReader(reader, network.ratio)
    run = _context_function(network, reduced, statistics)
    context = assembled(reduced, blended(reduced, run, tile))
    detail = _tile_function(network.single_scale(), sample(reader), statistics)

    def fused(pieces, boxes):
        parts = [
            fuse(network, context, part[None], box)
            for part, box in zip(detail(pieces, boxes), boxes)
        ]
        return np.concatenate(parts)

    yield from blended(reader, fused, tile, progress)


def fuse(network, context, detail, box):
    """Fuses the detail of a box with its part of the context.

    Args:
        network: `MultiScaleGenerator`.
        context: Array `(height, width, channels + 1)` of the whole context:
            its translation, and the attention.
        detail: Array `(1, rows, columns, channels)`.
        box: `Box` of the detail; its sides are multiples of the ratio.

    Returns:
        Float32 array of the shape of `detail`.
    """
    ratio = network.ratio
    # One pixel around, for the upsampling.
    outer = box.scaled(1, ratio).grown(1, *context.shape[:2])
    part = context[None, outer.top : outer.bottom, outer.left : outer.right]
    corner = box.top - ratio * outer.top, box.left - ratio * outer.left
    return to_numpy(
        network.fusion(
            ops.convert_to_tensor(part[..., :-1]),
            ops.convert_to_tensor(part[..., -1:]),
            ops.convert_to_tensor(detail),
            ops.convert_to_tensor(corner, "int32"),
        )
    )


def blended(reader, function, tile, progress=lambda done, total: None):
    """Blends what a function makes of overlapping tiles.

    Args:
        reader: `ImageReader` or `ReducedImageReader`.
        function: Function from a batch of tiles and the list of their boxes
            to arrays of the same height and width.
        tile: int. Side of a tile; a smaller image is one tile.
        progress: Function called with (tiles done, tiles in all).

    Yields:
        Pairs (box, values) as `translate_tiles`.
    """
    height, width = min(tile, reader.height), min(tile, reader.width)
    step = max(tile // 2 // reader.multiple, 1) * reader.multiple
    tops = overlapping_starts(reader.height, height, step)
    lefts = overlapping_starts(reader.width, width, step)
    window = hann(height)[:, None, None] * hann(width)[None, :, None]
    at_once = max(PIXELS_AT_ONCE // (height * width), 1)
    done, total = 0, len(tops) * len(lefts)
    merged = None
    for top, next_top in itertools.zip_longest(tops, tops[1:]):
        for start in range(0, len(lefts), at_once):
            boxes = [
                Box(top, left, top + height, left + width)
                for left in lefts[start : start + at_once]
            ]
            pieces = np.concatenate([reader.read(box) for box in boxes])
            outputs = function(pieces, boxes)
            if merged is None:
                shape = (height, reader.width, outputs.shape[-1] + 1)
                merged = np.zeros(shape, "float32")
            for box, output in zip(boxes, outputs):
                # The last channel is the sum of the windows.
                place = merged[:, box.left : box.right]
                place[..., :-1] += window * output
                place[..., -1:] += window
            done += len(boxes)
            progress(done, total)
        finished = height if next_top is None else next_top - top
        for row in range(0, finished, ROWS_AT_ONCE):
            last = min(row + ROWS_AT_ONCE, finished)
            part = merged[row:last]
            box = Box(top + row, 0, top + last, reader.width)
            yield box, part[..., :-1] / part[..., -1:]
        # NumPy takes care where both overlap.
        merged[:-finished] = merged[finished:]
        merged[-finished:] = 0.0


def assembled(reader, parts):
    """Puts parts together to one array.

    Args:
        reader: `ImageReader` or `ReducedImageReader` that they are parts of.
        parts: Iterable of pairs (box, values).

    Returns:
        Float32 array `(height, width, channels)`.
    """
    whole = None
    for box, values in parts:
        if whole is None:
            shape = (reader.height, reader.width, values.shape[-1])
            whole = np.empty(shape, "float32")
        whole[box.top : box.bottom, box.left : box.right] = values
    return whole


def _tile_function(network, pieces, temporal, name="tiles"):
    if temporal is None:
        statistics = shared_statistics(network, pieces)
    else:
        statistics = temporal.measured(name, network, pieces)

    def run(tiles, boxes):
        return to_numpy(normalized_in_order(statistics, network, tiles))

    return run


def _context_function(network, reduced, temporal):
    def context(pieces):
        outputs, _, hidden = network.single_scale().trace(pieces)
        return ops.concatenate([outputs, network.attention_of(hidden)], -1)

    return _tile_function(context, sample(reduced), temporal, "context")
