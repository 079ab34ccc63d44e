"""What the descriptors share: brightness, borders and soft lengths."""

from keras import ops

from semst_tf.ops.luminance_weights import RED_GREEN_BLUE_WEIGHTS


def require_images(images):
    """Raises a `ValueError` unless the tensor has four axes."""
    if len(images.shape) != 4:
        raise ValueError(
            "Expected a tensor of shape `(batch, height, width, channels)`. "
            f"Received: shape={tuple(images.shape)}"
        )


def luminance_weights(channels):
    """Share of each channel in the brightness, a tuple that sums to 1."""
    if channels == 3:
        return RED_GREEN_BLUE_WEIGHTS
    return (1.0 / channels,) * channels


def luminance(images):
    """Brightness of images.

    Args:
        images: Tensor of shape `(batch, height, width, channels)`. Three
            channels are red, green and blue and weigh 0.299, 0.587 and 0.114;
            otherwise all channels weigh the same.

    Returns:
        Float32 tensor of shape `(batch, height, width, 1)`, in the range of
        the images.

    Raises:
        ValueError: If `images` does not have four axes.
    """
    require_images(images)
    images = ops.cast(images, "float32")
    weights = ops.convert_to_tensor(luminance_weights(images.shape[-1]))
    return ops.sum(images * weights, axis=-1, keepdims=True)


def soft_unit_length(field, softness):
    """Divides by `sqrt(|field|^2 + softness)` over the last axis.

    Vectors much longer than `sqrt(softness)` get length 1, shorter ones fade
    to 0, so that noise is not amplified.
    """
    squared_norm = ops.sum(ops.square(field), axis=-1, keepdims=True)
    return field * ops.rsqrt(squared_norm + softness)


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
