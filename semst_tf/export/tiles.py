"""Translating an image tile by tile, inside a TensorFlow graph."""

import math

import tensorflow as tf

from semst_tf.export.graph_image_reader import GraphImageReader
from semst_tf.export.reduced_graph_image_reader import ReducedGraphImageReader
from semst_tf.networks.multi_scale_generator import MultiScaleGenerator
from semst_tf.tiling.shared_statistics import SAMPLE_TILE
from semst_tf.tiling.shared_statistics import SAMPLE_TILES
from semst_tf.tiling.shared_statistics import normalized_in_order
from semst_tf.tiling.shared_statistics import shared_statistics


def translate_tiles(
    network, images, output_channels, tile, overlap, prepare=tf.identity
):
    """Translates images in overlapping tiles, one tile at a time.

    Tiles lie on a grid; the last ones are shifted inward to end with the
    image. Where tiles overlap they are blended with a Hann window. The
    memory of the network is that of one tile, whatever the image; the
    merge takes `4 * (output_channels + 1)` bytes a pixel.

    All tiles of an image are normalised with the same statistics: those of
    the image up to half a megapixel, else of samples spread over it. A
    `MultiScaleGenerator` first gets its context of the whole image, in tiles
    of the same size.

    Args:
        network: Function from float32 `(batch, height, width, channels)` to
            `(batch, height, width, output_channels)`. If it has a `stride`
            and a `minimum_size`, images are mirrored up to them and tiles
            begin at multiples of the stride.
        images: Tensor `(batch, height, width, channels)`.
        output_channels: int.
        tile: int. Side of a tile in pixels, rounded up to a multiple of the
            stride; smaller images are one tile.
        overlap: int. Pixels that neighbours share at least, less than `tile`.
        prepare: Function from a piece of `images` to what the network takes.
            Defaults to the identity.

    Returns:
        Float32 tensor `(batch, height, width, output_channels)`.

    Reference:
        semst_tf design.
    """
    multiple = getattr(network, "stride", 1)
    minimum = getattr(network, "minimum_size", multiple)
    side = max(-(-tile // multiple) * multiple, minimum)
    step = max((side - overlap) // multiple, 1) * multiple

    def translate_one(image):
        reader = GraphImageReader(image, multiple, minimum, prepare)
        if isinstance(network, MultiScaleGenerator):
            run = _at_two_scales(network, reader, side, step)
        else:
            run = _normalized_alike(network, reader)
        translated = _blended(reader, run, output_channels, side, step)
        height, width = tf.unstack(tf.shape(image)[:2])
        return translated[:height, :width]

    return tf.map_fn(
        translate_one,
        images,
        parallel_iterations=1,
        fn_output_signature=tf.TensorSpec(
            (None, None, output_channels), tf.float32
        ),
    )


def check_tiles(tile, overlap):
    """Refuses tiles that cannot cover an image.

    Raises:
        ValueError: If `tile` is not positive, or `overlap` is negative or
            not less than `tile`.
    """
    if tile < 1 or not 0 <= overlap < tile:
        raise ValueError(
            "`tile` must be positive and `overlap` at least 0 and less than "
            f"`tile`. Received: tile={tile}, overlap={overlap}"
        )


def _normalized_alike(function, reader):
    """Function of a tile, with the statistics of the image."""
    statistics = shared_statistics(function, _sample(reader))

    def run(piece, top, left):
        return normalized_in_order(statistics, function, piece)

    return run


def _at_two_scales(network, reader, tile, step):
    """Function of a tile that fuses it with the context of the image."""
    reduced = ReducedGraphImageReader(reader, network.ratio)

    def translate_context(pieces):
        outputs, _, hidden = network.single_scale().trace(pieces)
        return tf.concat([outputs, network.attention_of(hidden)], axis=-1)

    context = _blended(
        reduced,
        _normalized_alike(translate_context, reduced),
        network.output_channels + 1,
        tile,
        step,
    )
    translate_detail = _normalized_alike(network.single_scale(), reader)

    def run(piece, top, left):
        detail = translate_detail(piece, top, left)
        return _fused(network, context, detail, top, left)

    return run


def _fused(network, context, detail, top, left):
    """Fuses a tile with its part of the context; see `tiling.tiles.fuse`."""
    ratio = network.ratio
    height, width = tf.unstack(tf.shape(context)[:2])
    rows, columns = tf.unstack(tf.shape(detail)[1:3] // ratio)
    # One pixel around, for the upsampling.
    first_row = tf.maximum(top // ratio - 1, 0)
    last_row = tf.minimum(top // ratio + rows + 1, height)
    first_column = tf.maximum(left // ratio - 1, 0)
    last_column = tf.minimum(left // ratio + columns + 1, width)
    part = context[None, first_row:last_row, first_column:last_column, :]
    corner = [top - ratio * first_row, left - ratio * first_column]
    return network.fusion(
        part[..., :-1], part[..., -1:], detail, tf.stack(corner)
    )


def _blended(reader, run, channels, tile, step):
    """Blends what a function makes of the tiles of an image."""
    height, width = reader.height, reader.width
    tile_height = tf.minimum(tile, height)
    tile_width = tf.minimum(tile, width)
    rows = _count(height, tile_height, step)
    columns = _count(width, tile_width, step)
    window = _hann(tile_height)[:, None] * _hann(tile_width)[None, :]
    window = window[..., None]

    def add_tile(number, merged):
        top = tf.minimum(number // columns * step, height - tile_height)
        left = tf.minimum(number % columns * step, width - tile_width)
        piece = reader.read(top, left, tile_height, tile_width)
        translated = run(piece, top, left)[0]
        weighted = tf.concat([translated * window, window], axis=-1)
        places = tf.stack(
            tf.meshgrid(
                top + tf.range(tile_height),
                left + tf.range(tile_width),
                indexing="ij",
            ),
            axis=-1,
        )
        return number + 1, tf.tensor_scatter_nd_add(merged, places, weighted)

    _, merged = tf.while_loop(
        lambda number, _: number < rows * columns,
        add_tile,
        (tf.constant(0), tf.zeros((height, width, channels + 1))),
        shape_invariants=(
            tf.TensorShape([]),
            tf.TensorShape([None, None, channels + 1]),
        ),
        parallel_iterations=1,
    )
    # The last channel holds the sum of the windows.
    return merged[..., :-1] / merged[..., -1:]


def _sample(reader):
    """All of an image of half a megapixel, or pieces spread over it."""
    height, width = reader.height, reader.width
    return tf.cond(
        # In floating point: the product of two sizes may not fit an integer.
        tf.cast(height, tf.float32) * tf.cast(width, tf.float32)
        <= SAMPLE_TILES * SAMPLE_TILE**2,
        lambda: reader.read(0, 0, height, width),
        lambda: _pieces(reader, height, width),
    )


def _pieces(reader, height, width):
    """The pieces that `semst_tf.tiling` takes, in the graph."""
    most_rows = _ceil_divide(height, SAMPLE_TILE)
    most_columns = _ceil_divide(width, SAMPLE_TILE)
    aspect = tf.cast(height / width, tf.float32)
    rows = tf.cast(tf.round(tf.sqrt(SAMPLE_TILES * aspect)), tf.int32)
    rows = tf.clip_by_value(rows, 1, most_rows)
    columns = tf.clip_by_value(SAMPLE_TILES // rows, 1, most_columns)
    rows = tf.clip_by_value(SAMPLE_TILES // columns, 1, most_rows)
    piece_height = tf.minimum(SAMPLE_TILE, height)
    piece_width = tf.minimum(SAMPLE_TILE, width)

    def piece(number):
        top = _spread(number // columns, rows, height - piece_height)
        left = _spread(number % columns, columns, width - piece_width)
        return reader.read(top, left, piece_height, piece_width)[0]

    return tf.map_fn(
        piece,
        tf.range(rows * columns),
        fn_output_signature=tf.TensorSpec(
            (None, None, reader.channels), tf.float32
        ),
    )


def _spread(number, count, last):
    """Where a piece begins; multiples of 4 keep strides in phase."""
    return last * number // tf.maximum(count - 1, 1) // 4 * 4


def _ceil_divide(size, unit):
    return (size + unit - 1) // unit


def _count(size, tile, step):
    """Tiles that cover an axis: steps from the first to the last, plus it."""
    return (size - tile + step - 1) // step + 1


def _hann(size):
    """Hann window sampled at pixel centres, so that no pixel weighs 0."""
    centres = tf.range(size, dtype=tf.float32) + 0.5
    phase = 2.0 * math.pi * centres / tf.cast(size, tf.float32)
    # 1 - cos(phase), without its cancellation near the ends.
    return 2.0 * tf.sin(phase / 2.0) ** 2
