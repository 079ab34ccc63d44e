"""Statistics that all tiles of an image are normalised with."""

import math

import numpy as np
from keras import ops

from semst_tf.layers.instance_normalization import moments_from
from semst_tf.tiling.boxes import Box

SAMPLE_TILE = 128
SAMPLE_TILES = 32
"""Half a megapixel, spread over the image."""


def sample(reader):
    """Reads pieces that stand for an image.

    Args:
        reader: `ImageReader` or `ReducedImageReader`.

    Returns:
        Float32 array `(pieces, rows, columns, channels)`: all of an image of
        up to half a megapixel, else pieces spread evenly over it.
    """
    height, width = reader.height, reader.width
    if height * width <= SAMPLE_TILES * SAMPLE_TILE**2:
        return reader.read(Box(0, 0, height, width))
    tile_height = min(SAMPLE_TILE, height)
    tile_width = min(SAMPLE_TILE, width)
    rows, columns = sample_grid(height, width)
    pieces = [
        reader.read(Box(top, left, top + tile_height, left + tile_width))
        for top in _spread(height - tile_height, rows)
        for left in _spread(width - tile_width, columns)
    ]
    return np.concatenate(pieces)


def sample_grid(height, width):
    """Returns how many rows and columns of pieces stand for an image."""
    most_rows = -(-height // SAMPLE_TILE)
    most_columns = -(-width // SAMPLE_TILE)
    rows = round(math.sqrt(SAMPLE_TILES * height / width))
    rows = min(max(rows, 1), most_rows)
    columns = min(max(SAMPLE_TILES // rows, 1), most_columns)
    return min(max(SAMPLE_TILES // columns, 1), most_rows), columns


def shared_statistics(function, pieces):
    """Runs a function on pieces that are normalised together.

    At every normalisation all pieces share one mean and one variance, so
    that those of later layers belong to inputs that were normalised so too.

    Args:
        function: Function of a batch, which calls networks.
        pieces: Array `(pieces, rows, columns, channels)`.

    Returns:
        List of (mean, variance), in the order in which the function calls
        its normalisations: a layer may be called more than once.
    """
    statistics = []

    def pooled(layer, inputs):
        statistics.append(pooled_moments(layer, inputs))
        return statistics[-1]

    with moments_from(pooled):
        function(pieces)
    return statistics


def pooled_moments(layer, inputs):
    """Statistics of a batch of equally large pieces, taken together.

    Args:
        layer: `InstanceNormalization`.
        inputs: Tensor `(pieces, rows, columns, channels)`.

    Returns:
        Pair (mean, variance) of float32 tensors `(1, 1, 1, channels)`.
    """
    # Pieces are equally large, so that means of means are means.
    means, variances = layer.moments(inputs)
    mean = ops.mean(means, axis=0, keepdims=True)
    between = ops.mean(ops.square(means - mean), axis=0, keepdims=True)
    return mean, ops.mean(variances, axis=0, keepdims=True) + between


def normalized_in_order(statistics, function, *inputs):
    """Calls a function with what `shared_statistics` found for it.

    Args:
        statistics: List of (mean, variance).
        function: The same function, or one that calls the same layers in the
            same order.
        *inputs: Its arguments.

    Returns:
        What the function returns.
    """
    in_order = iter(statistics)
    with moments_from(lambda *_: next(in_order)):
        return function(*inputs)


def normalized_with(statistics, function, *inputs):
    """Calls a function in which layers normalise with given statistics.

    Args:
        statistics: Dict from `InstanceNormalization` layers to (mean,
            variance).
        function: Function that calls networks.
        *inputs: Its arguments.

    Returns:
        What the function returns.
    """
    with moments_from(lambda layer, _: statistics[layer]):
        return function(*inputs)


def to_numpy(tensor):
    """Returns a tensor as a float32 array."""
    return ops.convert_to_numpy(ops.cast(tensor, "float32"))


def _spread(last, count):
    """Multiples of 4, so that strides of the network fall alike."""
    gaps = max(count - 1, 1)
    return [last * number // gaps // 4 * 4 for number in range(count)]
