"""Brightness of images."""

from keras import ops

from semst_tf.ops.luminance_weights import RED_GREEN_BLUE_WEIGHTS
from semst_tf.ops.require_images import require_images


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
