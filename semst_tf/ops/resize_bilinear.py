"""Bilinear change of size, of maps of known and unknown size."""

from keras import ops


def resize_bilinear(maps, size):
    """Resizes maps bilinearly, without smoothing before they shrink.

    Args:
        maps: Float tensor `(batch, height, width, channels)`.
        size: Pair of ints or int scalar tensors `(height, width)`.

    Returns:
        Tensor `(batch, *size, channels)`; `maps` itself if it has that size.
    """
    if all(isinstance(side, int) for side in size):
        if tuple(maps.shape[1:3]) == tuple(size):
            return maps
        if None not in maps.shape[1:3]:
            return ops.image.resize(maps, size, interpolation="bilinear")
    # Keras resizes to known sizes only.
    for axis, side in zip((1, 2), size):
        weights = _weights(side, ops.shape(maps)[axis], maps.dtype)
        columns = "nhwc,ih->niwc" if axis == 1 else "nhwc,jw->nhjc"
        maps = ops.einsum(columns, maps, weights)
    return maps


def _weights(size, old_size, dtype):
    """Matrix `(size, old_size)`: what every new pixel is made of."""
    size, old_size = ops.cast(size, "int32"), ops.cast(old_size, "int32")
    step = ops.cast(old_size, "float32") / ops.cast(size, "float32")
    places = (ops.cast(ops.arange(size), "float32") + 0.5) * step - 0.5
    last = ops.cast(old_size - 1, "float32")
    places = ops.clip(places, 0.0, last)[:, None]
    old_places = ops.cast(ops.arange(old_size), "float32")[None]
    return ops.cast(ops.relu(1.0 - ops.abs(places - old_places)), dtype)
