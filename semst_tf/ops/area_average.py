"""Means over the areas that the cells of a smaller grid cover."""

from keras import ops


def area_average(maps, height, width):
    """Brings maps to a grid; each cell is the mean of what it covers.

    Pixels that lie in two cells count for both, by their parts. As products
    with matrices, whose gradient is deterministic everywhere.

    Args:
        maps: Tensor `(batch, rows, columns, channels)`.
        height: int, or scalar tensor. Rows of the grid.
        width: int, or scalar tensor. Columns of the grid.

    Returns:
        Float32 tensor `(batch, height, width, channels)`.
    """
    maps = ops.cast(maps, "float32")
    rows, columns = ops.shape(maps)[1:3]
    maps = ops.einsum("ih,nhwc->niwc", _shares(rows, height), maps)
    return ops.einsum("jw,niwc->nijc", _shares(columns, width), maps)


def _shares(count, cells):
    """Matrix `(cells, count)`: shares of pixels in the mean of a cell."""
    side = ops.cast(count, "float32") / ops.cast(cells, "float32")
    first = ops.cast(ops.arange(cells), "float32")[:, None] * side
    pixel = ops.cast(ops.arange(count), "float32")[None]
    inside = ops.minimum(first + side, pixel + 1.0) - ops.maximum(first, pixel)
    return ops.clip(inside, 0.0, 1.0) / side
