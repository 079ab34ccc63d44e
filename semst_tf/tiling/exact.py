"""Tile by tile, and equal to a translation in one piece."""

from keras import ops

from semst_tf.layers.instance_normalization import InstanceNormalization
from semst_tf.networks.fast_generator import FastGenerator
from semst_tf.networks.multi_scale_generator import MultiScaleGenerator
from semst_tf.networks.resnet_generator import ResNetGenerator
from semst_tf.tiling.boxes import cover
from semst_tf.tiling.exact_run import ExactRun
from semst_tf.tiling.exact_run import passes
from semst_tf.tiling.reduced_image_reader import ReducedImageReader
from semst_tf.tiling.shared_statistics import to_numpy
from semst_tf.tiling.tiles import assembled
from semst_tf.tiling.tiles import fuse


def can_run_exactly(network):
    """Whether tiles of an image can be translated as the whole of it.

    Args:
        network: What translates.

    Returns:
        bool. True for the generators of semst_tf.
    """
    known = (FastGenerator, ResNetGenerator, MultiScaleGenerator)
    return isinstance(network, known)


def translate_exactly(network, reader, tile, progress):
    """Translates an image as in one piece, with the memory of a few tiles.

    Args:
        network: One that `can_run_exactly`.
        reader: `semst_tf.tiling.image_reader.ImageReader`.
        tile: int. Side of a tile, a multiple of the strides of the network.
        progress: Function called with (tiles done, tiles in all).

    Yields:
        Pairs (box, values): finished parts of the translation, float32
        `(rows, columns, channels)`.

    Raises:
        ValueError: If the layers of the network are not known.

    Reference:
        semst_tf design.
    """
    if not can_run_exactly(network):
        raise ValueError(
            "Only the generators of semst_tf can be run layer by layer; use "
            f"mode='tiled' for others. Received: {type(network).__name__}"
        )
    if isinstance(network, FastGenerator):
        yield from _translate_with_margin(network, reader, tile, progress)
        return
    base = network.single_scale()
    tiles = len(cover(reader.height, reader.width, tile))
    if base is network:
        advance = _counter(progress, tiles * (passes(base) + 1))
        detail = ExactRun(base, reader, tile, advance)
        detail.prepare()
        yield from _parts(detail.finish(_output_function(detail)))
        return
    reduced = ReducedImageReader(reader, network.ratio)
    context_tiles = len(cover(reduced.height, reduced.width, tile))
    total = (tiles + context_tiles) * (passes(base) + 1)
    advance = _counter(progress, total + context_tiles)
    context = _exact_context(network, reduced, tile, advance)
    detail = ExactRun(base, reader, tile, advance)
    detail.prepare()
    to_image = _output_function(detail)

    def fused(box, hidden):
        return fuse(network, context, to_numpy(to_image(box, hidden)), box)

    # The fusion looks at the neighbours of a pixel of the context.
    yield from _parts(detail.finish(fused, multiple=network.ratio))


def _translate_with_margin(network, reader, tile, progress):
    """What a network without statistics makes of tiles and their margin."""
    size = reader.height, reader.width
    boxes = cover(*size, tile)
    advance = _counter(progress, len(boxes))
    for box in boxes:
        outer = box.grown(network.margin, *size)
        outputs = to_numpy(network(reader.read(outer)))
        yield box, outputs[0][box.inside(outer)]
        advance()


def _exact_context(network, reduced, tile, advance):
    """Array of the translated context, and the attention behind it."""
    run = ExactRun(network.base, reduced, tile, advance)
    run.prepare()
    attention = network.attention_layers
    for index, layer in enumerate(attention):
        if isinstance(layer, InstanceNormalization):
            run.find_moments(layer, attention[:index])
    to_image = _output_function(run)

    def context(box, hidden):
        return ops.concatenate(
            [to_image(box, hidden), network.attention_of(hidden)], axis=-1
        )

    return assembled(reduced, _parts(run.finish(context)))


def _output_function(run):
    """The function from the last activation to the image."""
    generator = run.generator

    def to_image(box, hidden):
        outputs = generator.head(hidden)
        if generator.reads_input:
            return generator.add_input(run.reader.read(box), outputs)
        return generator.mixed(outputs)

    return to_image


def _parts(boxes):
    """What `ExactRun.finish` yields, as arrays without a batch."""
    for box, values in boxes:
        yield box, to_numpy(values)[0]


def _counter(progress, total):
    done = 0

    def advance():
        nonlocal done
        done += 1
        progress(done, total)

    return advance
