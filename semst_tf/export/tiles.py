"""Translating a picture tile by tile, inside a TensorFlow graph."""

import math

import tensorflow as tf

from semst_tf.tiling.shared_statistics import SAMPLE_TILE
from semst_tf.tiling.shared_statistics import SAMPLE_TILES
from semst_tf.tiling.shared_statistics import normalized_in_order
from semst_tf.tiling.shared_statistics import shared_statistics


def translate_tiles(translate, images, output_channels, tile, overlap):
    """Translates pictures in overlapping tiles, one tile at a time.

    Tiles lie on a grid; the last ones are shifted inward to end with the
    picture. Where tiles overlap they are blended with a Hann window. The
    memory of the network is that of one tile, whatever the picture; the
    merge takes `4 * (output_channels + 1)` bytes a pixel.

    All tiles of a picture are normalised with the same statistics: those of
    the picture up to half a megapixel, else of samples spread over it. A
    network of two scales sees the context inside a tile.

    Args:
        translate: Function from float32 `(batch, height, width, channels)`
            to `(batch, height, width, output_channels)`.
        images: Tensor `(batch, height, width, channels)`, any dtype that
            `translate` takes.
        output_channels: int.
        tile: int. Side of a tile in pixels; smaller pictures are one tile.
        overlap: int. Pixels that neighbours share, less than `tile`.

    Returns:
        Float32 tensor `(batch, height, width, output_channels)`.

    Reference:
        semst_tf design.
    """
    return tf.map_fn(
        lambda image: _translate_one(
            translate, image[None], output_channels, tile, overlap
        ),
        images,
        parallel_iterations=1,
        fn_output_signature=tf.TensorSpec(
            (None, None, output_channels), tf.float32
        ),
    )


def _translate_one(translate, images, output_channels, tile, overlap):
    statistics = shared_statistics(translate, _sample(images))
    height, width = tf.unstack(tf.shape(images)[1:3])
    tile_height = tf.minimum(tile, height)
    tile_width = tf.minimum(tile, width)
    rows = _count(height, tile_height, tile - overlap)
    columns = _count(width, tile_width, tile - overlap)
    window = _hann(tile_height)[:, None] * _hann(tile_width)[None, :]

    def add_tile(number, merged):
        top = tf.minimum(
            number // columns * (tile - overlap), height - tile_height
        )
        left = tf.minimum(
            number % columns * (tile - overlap), width - tile_width
        )
        piece = images[:, top : top + tile_height, left : left + tile_width, :]
        translated = normalized_in_order(statistics, translate, piece)[0]
        weighted = tf.concat(
            [translated * window[..., None], window[..., None]], axis=-1
        )
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
        (tf.constant(0), tf.zeros((height, width, output_channels + 1))),
        shape_invariants=(
            tf.TensorShape([]),
            tf.TensorShape([None, None, None]),
        ),
        parallel_iterations=1,
    )
    # The last channel holds the sum of the windows.
    return merged[..., :-1] / merged[..., -1:]


def _sample(images):
    """All of a picture of half a megapixel, or pieces spread over it."""
    height, width = tf.unstack(tf.shape(images)[1:3])
    return tf.cond(
        # In floating point: the product of two sizes may not fit an integer.
        tf.cast(height, tf.float32) * tf.cast(width, tf.float32)
        <= SAMPLE_TILES * SAMPLE_TILE**2,
        lambda: images,
        lambda: _pieces(images, height, width),
    )


def _pieces(images, height, width):
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
        return images[0, top : top + piece_height, left : left + piece_width, :]

    return tf.map_fn(
        piece,
        tf.range(rows * columns),
        fn_output_signature=tf.TensorSpec(
            (None, None, images.shape[-1]), images.dtype
        ),
    )


def _spread(number, count, last):
    """Where a piece begins; multiples of 4 keep strides in phase."""
    return last * number // tf.maximum(count - 1, 1) // 4 * 4


def _ceil_divide(size, unit):
    return (size + unit - 1) // unit


def check_tiles(tile, overlap):
    """Refuses tiles that cannot cover a picture.

    Raises:
        ValueError: If `tile` is not positive, or `overlap` is negative or
            not less than `tile`.
    """
    if tile < 1 or not 0 <= overlap < tile:
        raise ValueError(
            "`tile` must be positive and `overlap` at least 0 and less than "
            f"`tile`. Received: tile={tile}, overlap={overlap}"
        )


def _count(size, tile, step):
    """Tiles that cover an axis: steps from the first to the last, plus it."""
    return (size - tile + step - 1) // step + 1


def _hann(size):
    """Hann window sampled at pixel centres, so that no pixel weighs 0."""
    centres = tf.range(size, dtype=tf.float32) + 0.5
    phase = 2.0 * math.pi * centres / tf.cast(size, tf.float32)
    # 1 - cos(phase), without its cancellation near the ends.
    return 2.0 * tf.sin(phase / 2.0) ** 2
