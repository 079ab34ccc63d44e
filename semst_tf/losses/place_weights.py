"""Means over the places of an image that do not count alike."""

from keras import ops

from semst_tf.ops.resize_bilinear import resize_bilinear


def image_mean(values, place_weights=None):
    """Mean of each image's values, weighted by place.

    Args:
        values: Float32 tensor `(batch, ...)`; with weights
            `(batch, height, width, channels)`.
        place_weights: Tensor `(batch, rows, columns, 1)`, none negative. Maps
            of another size are resized bilinearly to that of the values. The
            weights of an image are scaled to a mean of 1, so that they move
            importance between places and change no scale. Defaults to `None`,
            all places alike.

    Returns:
        Float32 tensor `(batch,)`.

    Raises:
        ValueError: If the weights are no maps of one channel.
    """
    axes = tuple(range(1, len(values.shape)))
    if place_weights is None:
        return ops.mean(values, axis=axes)
    if len(place_weights.shape) != 4 or place_weights.shape[-1] != 1:
        raise ValueError(
            "Weights of places must have the shape `(batch, height, width, "
            f"1)`. Received: shape={tuple(place_weights.shape)}"
        )
    weights = ops.cast(place_weights, "float32")
    weights = resize_bilinear(weights, tuple(ops.shape(values)[1:3]))
    mean = ops.mean(weights, axis=(1, 2, 3), keepdims=True)
    return ops.mean(values * weights / ops.maximum(mean, 1e-6), axis=axes)
