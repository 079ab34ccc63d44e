"""Positions in feature maps, and the tokens that lie there."""

from keras import ops

from semst_tf.ops.area_average import area_average
from semst_tf.ops.step_seeds import uniform


def sample_positions(height, width, count, seed, valid=None):
    """Draws positions of a map, uniformly and without replacement.

    The largest of as many uniform numbers as there are positions: cheaper
    than shuffling all positions to keep a few. The same on every backend.

    Args:
        height: int or scalar tensor. Rows of the map.
        width: int or scalar tensor. Columns of the map.
        count: int. Positions wanted; at most all of them are returned.
        seed: int or `keras.random.SeedGenerator`.
        valid: Tensor `(batch, rows, columns, 1)` or `None`: 1 for pixels that
            count, 0 for others, of the images that the maps are of. Positions
            are then drawn for each image of its own, among those that lie
            mostly on pixels that count; where they are fewer than `count`,
            again and again, and where there is none, anywhere. Defaults to
            `None`, all positions count.

    Returns:
        Int32 tensor `(min(count, height * width),)` of flat positions
        `row * width + column`; `(batch, min(count, height * width))` with
        `valid`.

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
    if valid is not None:
        return _valid_positions(valid, height, width, count, priorities)
    return ops.cast(ops.top_k(priorities, count)[1], "int32")


def _valid_positions(valid, height, width, count, priorities):
    counts = ops.reshape(
        area_average(valid, height, width) > 0.5, (-1, height * width)
    )
    # Those that count come first, each part in its random order.
    order = ops.top_k(
        priorities[None] + ops.cast(counts, "float32"), height * width
    )[1]
    order = ops.cast(order, "int32")
    number = ops.sum(ops.cast(counts, "int32"), axis=-1, keepdims=True)
    number = ops.where(number > 0, number, height * width)
    places = ops.mod(ops.arange(count, dtype="int32")[None], number)
    return ops.take_along_axis(order, places, axis=-1)


def gather_tokens(field, indices):
    """Picks positions of every image's map.

    Args:
        field: Tensor `(batch, height, width, channels)`.
        indices: Int tensor `(patches,)` of flat positions, or `(batch,
            patches)` where each image has its own.

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
        indices: Int tensor `(patches,)` or `(batch, patches)`.
        width: int. Columns of the map.

    Returns:
        Int tensor `(patches, 2)` or `(batch, patches, 2)`.
    """
    return ops.stack([indices // width, indices % width], axis=-1)
