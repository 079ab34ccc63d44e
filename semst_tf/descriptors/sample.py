"""Sampling of places of a field, the same for every image of a batch."""

import keras
from keras import ops


def sample_positions(height, width, count, seed):
    """Draws places of a grid uniformly, without replacement.

    Args:
        height: Integer or scalar tensor, rows of the grid.
        width: Integer or scalar tensor, columns of the grid.
        count: Integer, how many places to draw.
        seed: Integer for the same places in every call, or a
            `keras.random.SeedGenerator` for new ones.

    Returns:
        Int32 tensor of shape `(min(count, height * width),)`: flat indices
        `row * width + column`.

    Raises:
        ValueError: If `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"`count` must be at least 1. Received: count={count}")
    places = height * width
    if isinstance(places, int):
        count = min(count, places)
    else:
        count = ops.minimum(count, places)
    # The places of the largest random numbers are a uniform draw, and cost
    # less than a full permutation.
    noise = keras.random.uniform((places,), dtype="float32", seed=seed)
    return ops.cast(ops.top_k(noise, count)[1], "int32")


def gather_tokens(field, indices):
    """Reads a field at the sampled places.

    Args:
        field: Tensor of shape `(batch, height, width, channels)`.
        indices: Integer tensor of shape `(positions,)` of flat indices
            `row * width + column`.

    Returns:
        Tensor of shape `(batch, positions, channels)`.
    """
    batch, height, width, channels = ops.shape(field)
    tokens = ops.reshape(field, (batch, height * width, channels))
    return ops.take(tokens, indices, axis=1)


def grid_coordinates(indices, width):
    """Rows and columns of flat indices.

    Args:
        indices: Integer tensor of shape `(positions,)`.
        width: Integer or scalar tensor, columns of the grid.

    Returns:
        Integer tensor of shape `(positions, 2)` of rows and columns.
    """
    return ops.stack([indices // width, indices % width], axis=-1)
