"""Translating a picture tile by tile, inside a TensorFlow graph."""

import math

import tensorflow as tf


def translate_tiles(translate, images, output_channels, tile, overlap):
    """Translates pictures in overlapping tiles, one tile at a time.

    Tiles lie on a grid; the last ones are shifted inward to end with the
    picture. Where tiles overlap they are blended with a Hann window. The
    memory of the network is that of one tile, whatever the picture; the
    merge takes `4 * (output_channels + 1)` bytes a pixel.

    Instance normalisation sees one tile at a time, so that tone differs
    between tiles: use it for pictures that do not fit in one piece.

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
    shape = tf.shape(images)
    batch, height, width = shape[0], shape[1], shape[2]
    tile_height = tf.minimum(tile, height)
    tile_width = tf.minimum(tile, width)
    rows = _count(height, tile_height, tile - overlap)
    columns = _count(width, tile_width, tile - overlap)
    window = _hann(tile_height)[:, None] * _hann(tile_width)[None, :]
    depth = batch * output_channels

    def add_tile(number, merged):
        top = tf.minimum(
            number // columns * (tile - overlap), height - tile_height
        )
        left = tf.minimum(
            number % columns * (tile - overlap), width - tile_width
        )
        piece = images[:, top : top + tile_height, left : left + tile_width, :]
        translated = tf.transpose(translate(piece), (1, 2, 0, 3))
        translated = tf.reshape(translated, (tile_height, tile_width, depth))
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
        (tf.constant(0), tf.zeros((height, width, depth + 1))),
        shape_invariants=(
            tf.TensorShape([]),
            tf.TensorShape([None, None, None]),
        ),
        parallel_iterations=1,
    )
    # The last channel holds the sum of the windows.
    translated = merged[..., :-1] / merged[..., -1:]
    translated = tf.reshape(translated, (height, width, batch, output_channels))
    return tf.transpose(translated, (2, 0, 1, 3))


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
