"""Overlapping tiles, normalised alike and blended."""

import itertools

import numpy as np
from keras import ops

from semst_tf.tiling.boxes import Box
from semst_tf.tiling.boxes import hann
from semst_tf.tiling.boxes import overlapping_starts
from semst_tf.tiling.picture import ReducedPicture
from semst_tf.tiling.shared_statistics import normalized_in_order
from semst_tf.tiling.shared_statistics import sample
from semst_tf.tiling.shared_statistics import shared_statistics
from semst_tf.tiling.shared_statistics import to_numpy

PIXELS_AT_ONCE = 512 * 512


def translate_tiles(network, picture, tile, progress):
    """Translates a picture in overlapping tiles.

    Tiles begin every half tile; the last ones are shifted inward to end with
    the picture. Where they overlap they are blended with a Hann window. All
    are normalised with the same statistics, those of pieces spread over the
    picture: there is no step where tiles meet, but colours may differ a
    little from a translation in one piece.

    Args:
        network: Keras model that translates. A network with a `ratio`, see
            `MultiScaleGenerator`, gets its context from one pass before.
        picture: `semst_tf.tiling.picture.Picture`.
        tile: int. Side of a tile, a multiple of the strides of the network.
        progress: Function called with (tiles done, tiles in all).

    Yields:
        Pairs (top, rows): finished rows of the translation, in order, float32
        `(rows, width, channels)`.

    Reference:
        After HRDA, Hoyer et al. 2022 (half stride, last tile inward); window
        and shared statistics are semst_tf design.
    """
    if not hasattr(network, "ratio"):
        run = _tile_function(network, sample(picture))
        yield from blended(picture, run, tile, progress)
        return
    reduced = ReducedPicture(picture, network.ratio)
    context = _whole(reduced, _context_function(network, reduced), tile)
    detail = _tile_function(network.base, sample(picture))

    def fused(pieces, boxes):
        parts = [
            fuse(network, context, part[None], box)
            for part, box in zip(detail(pieces, boxes), boxes)
        ]
        return np.concatenate(parts)

    yield from blended(picture, fused, tile, progress)


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


def blended(picture, function, tile, progress=lambda done, total: None):
    """Blends what a function makes of overlapping tiles.

    Args:
        picture: `Picture` or `ReducedPicture`.
        function: Function from a batch of tiles and the list of their boxes
            to arrays of the same height and width.
        tile: int. Side of a tile; a smaller picture is one tile.
        progress: Function called with (tiles done, tiles in all).

    Yields:
        Pairs (top, rows) as `translate_tiles`.
    """
    height, width = min(tile, picture.height), min(tile, picture.width)
    step = max(tile // 2 // picture.multiple, 1) * picture.multiple
    tops = overlapping_starts(picture.height, height, step)
    lefts = overlapping_starts(picture.width, width, step)
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
            pieces = np.concatenate([picture.read(box) for box in boxes])
            outputs = function(pieces, boxes)
            if merged is None:
                shape = (height, picture.width, outputs.shape[-1] + 1)
                merged = np.zeros(shape, "float32")
            for box, output in zip(boxes, outputs):
                # The last channel is the sum of the windows.
                place = merged[:, box.left : box.right]
                place[..., :-1] += window * output
                place[..., -1:] += window
            done += len(boxes)
            progress(done, total)
        finished = height if next_top is None else next_top - top
        yield top, merged[:finished, :, :-1] / merged[:finished, :, -1:]
        merged[:-finished] = merged[finished:].copy()
        merged[-finished:] = 0.0


def _tile_function(network, pieces):
    statistics = shared_statistics(network, pieces)

    def run(tiles, boxes):
        return to_numpy(normalized_in_order(statistics, network, tiles))

    return run


def _context_function(network, reduced):
    def context(pieces):
        outputs, _, hidden = network.base.trace(pieces)
        return ops.concatenate([outputs, network.attention_of(hidden)], -1)

    return _tile_function(context, sample(reduced))


def _whole(picture, function, tile):
    bands = [rows for _, rows in blended(picture, function, tile)]
    return np.concatenate(bands)
