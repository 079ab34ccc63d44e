"""Tile by tile, and equal to a translation in one piece."""

import numpy as np
from keras import ops

from semst_tf.layers.instance_normalization import InstanceNormalization
from semst_tf.tiling.boxes import cover
from semst_tf.tiling.exact_run import ExactRun
from semst_tf.tiling.exact_run import passes
from semst_tf.tiling.picture import ReducedPicture
from semst_tf.tiling.shared_statistics import to_numpy
from semst_tf.tiling.tiles import fuse


def translate_exactly(network, picture, tile, progress):
    """Translates a picture as in one piece, with the memory of a few tiles.

    Args:
        network: `ResNetGenerator`, or a network with such a `base` and a
            `ratio`, see `MultiScaleGenerator`.
        picture: `semst_tf.tiling.picture.Picture`.
        tile: int. Side of a tile, a multiple of the strides of the network.
        progress: Function called with (tiles done, tiles in all).

    Yields:
        Pairs (top, rows): finished rows of the translation, in order, float32
        `(rows, width, channels)`.

    Raises:
        ValueError: If the layers of the network are not known.

    Reference:
        semst_tf design.
    """
    base = getattr(network, "base", network)
    if not hasattr(base, "stack"):
        raise ValueError(
            "Only the generators of semst_tf can be run layer by layer; use "
            f"mode='tiled' for others. Received: {type(network).__name__}"
        )
    tiles = len(cover(picture.height, picture.width, tile))
    if base is network:
        advance = _counter(progress, tiles * (passes(base) + 1))
        detail = ExactRun(base, picture, tile, advance)
        detail.prepare()
        yield from _bands(detail.finish(_painter(detail)), picture.width)
        return
    reduced = ReducedPicture(picture, network.ratio)
    context_tiles = len(cover(reduced.height, reduced.width, tile))
    total = (tiles + context_tiles) * (passes(base) + 1)
    advance = _counter(progress, total + context_tiles)
    context = _exact_context(network, reduced, tile, advance)
    detail = ExactRun(base, picture, tile, advance)
    detail.prepare()
    paint = _painter(detail)

    def fused(box, hidden):
        return fuse(network, context, to_numpy(paint(box, hidden)), box)

    # The fusion looks at the neighbours of a pixel of the context.
    boxes = detail.finish(fused, multiple=network.ratio)
    yield from _bands(boxes, picture.width)


def _exact_context(network, reduced, tile, advance):
    """Array of the translated context, and the attention behind it."""
    run = ExactRun(network.base, reduced, tile, advance)
    run.prepare()
    attention = getattr(network.scale_attention, "stack", [])
    for index, layer in enumerate(attention):
        if isinstance(layer, InstanceNormalization):
            run.find_moments(layer, attention[:index])
    paint = _painter(run)

    def context(box, hidden):
        return ops.concatenate(
            [paint(box, hidden), network.attention_of(hidden)], axis=-1
        )

    bands = [rows for _, rows in _bands(run.finish(context), reduced.width)]
    return np.concatenate(bands)


def _painter(run):
    """The function from the last activation to the picture."""
    generator = run.generator

    def paint(box, hidden):
        outputs = hidden
        for layer in generator.stack[-3:]:
            outputs = layer(outputs)
        if generator.residual:
            outputs = generator.moved(run.picture.read(box), outputs)
        return outputs

    return paint


def _bands(boxes, width):
    """Joins boxes that lie side by side to whole rows."""
    row = []
    for box, values in boxes:
        row.append(to_numpy(values)[0])
        if box.right == width:
            yield box.top, np.concatenate(row, axis=1)
            row = []


def _counter(progress, total):
    done = 0

    def advance():
        nonlocal done
        done += 1
        progress(done, total)

    return advance
