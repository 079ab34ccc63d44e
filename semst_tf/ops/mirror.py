"""Maps that go on, mirrored, beyond their borders."""

from keras import ops


def reflect_pad(maps, amount):
    """Mirrors `amount` rows and columns at every border.

    Unlike `keras.ops.pad` it also takes maps that are smaller than the border,
    which it mirrors repeatedly.

    Args:
        maps: Tensor of shape `(batch, height, width, channels)`.
        amount: Integer, at least 0.

    Returns:
        Tensor of shape `(batch, height + 2 * amount, width + 2 * amount,
        channels)`.
    """
    if amount == 0:
        return maps
    sides = maps.shape[1:3]
    if all(side is not None and side > amount for side in sides):
        border = (amount, amount)
        return ops.pad(maps, ((0, 0), border, border, (0, 0)), mode="reflect")
    for axis in (1, 2):
        index = _mirrored_index(ops.shape(maps)[axis], amount)
        maps = ops.take(maps, index, axis=axis)
    return maps


def _mirrored_index(size, amount):
    period = ops.maximum(2 * (size - 1), 1)
    index = ops.arange(size + 2 * amount) - amount
    index = ops.mod(index, period)
    return ops.minimum(index, period - index)
