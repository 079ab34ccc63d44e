"""Positions in feature maps, and the tokens that lie there."""

from keras import ops

from semst_tf.ops.step_seeds import uniform


def sample_positions(height, width, count, seed):
    """Draws positions of a map, uniformly and without replacement.

    The largest of as many uniform numbers as there are positions: cheaper
    than shuffling all positions to keep a few. The same on every backend.

    Args:
        height: int or scalar tensor. Rows of the map.
        width: int or scalar tensor. Columns of the map.
        count: int. Positions wanted; at most all of them are returned.
        seed: int or `keras.random.SeedGenerator`.

    Returns:
        Int32 tensor `(min(count, height * width),)` of flat positions
        `row * width + column`.

    Raises:
        ValueError: If `count` is below 1.
    """
    if count < 1:
        raise ValueError(f"`count` must be at least 1. Received: count={count}")
    positions = height * width
    if isinstance(positions, int):
        count = min(count, positions)
    else:
        count = ops.minimum(count, positions)
    priorities = uniform((positions,), seed)
    return ops.cast(ops.top_k(priorities, count)[1], "int32")


def gather_tokens(field, indices):
    """Picks the same positions of every image's map.

    Args:
        field: Tensor `(batch, height, width, channels)`.
        indices: Int tensor `(patches,)` of flat positions.

    Returns:
        Tensor `(batch, patches, channels)`.
    """
    batch, height, width, _ = ops.shape(field)
    channels = field.shape[-1]
    # One gather over the rows of a matrix: its gradient is one scatter,
    # where a gather along an inner axis has to transpose the whole map.
    rows = ops.reshape(field, (-1, channels))
    starts = ops.expand_dims(ops.arange(batch) * (height * width), 1)
    starts = ops.cast(starts, "int32")
    chosen = ops.reshape(starts + ops.cast(indices, "int32"), (-1,))
    tokens = ops.take(rows, chosen, axis=0)
    return ops.reshape(tokens, (batch, -1, channels))


def grid_coordinates(indices, width):
    """Turns flat positions into rows and columns.

    Args:
        indices: Int tensor `(patches,)`.
        width: int. Columns of the map.

    Returns:
        Int tensor `(patches, 2)`.
    """
    return ops.stack([indices // width, indices % width], axis=-1)
