"""Texture: local second moments of filter responses."""

import math

import keras
import numpy as np
from keras import ops

from semst_tf.descriptors.filter_bank import FILTER_REACH
from semst_tf.descriptors.filter_bank import texture_filters
from semst_tf.ops.mirror import reflect_pad
from semst_tf.ops.require_images import require_images
from semst_tf.ops.unit_length import soft_unit_length

GRID_STRIDE = 4  # pixels of the image


@keras.saving.register_keras_serializable(package="semst_tf")
class SecondMomentField(keras.layers.Layer):
    """Texture: how filter responses vary together around each place.

    The local covariance of responses in a square window, without the mean:
    colour and brightness are not texture. Its upper triangle is compressed by
    a signed square root and L2-normalised softly, so that flat places fade to
    0. There are no weights.

    Args:
        window: Integer, side of the window in pixels of the image, a
            multiple of 4. Defaults to `16`.
        **kwargs: `name` and other arguments of `keras.layers.Layer`; the layer
            computes in float32.

    Call arguments:
        images: Tensor of shape `(batch, height, width, channels)` in `[-1, 1]`.

    Returns:
        Float32 tensor on the grid of stride 4 pixels, `(batch, height // 4,
        width // 4, n * (n + 1) / 2)` with the number of responses n = 12 for
        three channels, 10 otherwise; 78 or 55 channels.

    Raises:
        ValueError: If an argument is out of range or `images` does not have
            four axes.

    Example:

    >>> field = semst_tf.descriptors.SecondMomentField()
    >>> field(keras.ops.zeros((1, 64, 48, 3))).shape
    (1, 16, 12, 78)

    Reference:
        semst_tf design, after region covariance (Tuzel et al. 2006).
    """

    def __init__(self, window=16, **kwargs):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        if window < GRID_STRIDE or window % GRID_STRIDE:
            raise ValueError(
                f"`window` must be a multiple of {GRID_STRIDE}. "
                f"Received: window={window}"
            )
        self.window = window

    def build(self, input_shape):
        require_images(keras.KerasTensor(input_shape))
        self._filters = texture_filters(input_shape[-1])
        self.built = True

    def call(self, images):
        images = ops.cast(images, "float32")
        responses = ops.conv(reflect_pad(images, FILTER_REACH), self._filters)
        border = (self.window - GRID_STRIDE) // 2
        covariance = _covariance_of_windows(
            reflect_pad(responses, border), self.window, GRID_STRIDE
        )
        covariance = _upper_triangle(covariance)
        # A signed square root whose slope stays finite at 0.
        compressed = covariance * ops.rsqrt(ops.abs(covariance) + 1e-6)
        return soft_unit_length(compressed, 1e-4)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        responses = texture_filters(channels).shape[-1]
        return (
            batch,
            None if height is None else height // GRID_STRIDE,
            None if width is None else width // GRID_STRIDE,
            responses * (responses + 1) // 2,
        )

    def get_config(self):
        return {**super().get_config(), "window": self.window}


def _covariance_of_windows(responses, window, stride):
    """Covariance of the last axis within overlapping square windows.

    Products are averaged over squares of the stride first, in one small
    matrix product for each, and then over the squares of a window, so that no
    map of products exists at full resolution.

    Returns:
        Tensor `(batch, rows, columns, channels, channels)`.
    """
    squares = _squares(responses, window, stride)
    products = ops.matmul(ops.transpose(squares, (0, 1, 2, 4, 3)), squares)
    products = _average_windows(products / stride**2, window // stride)
    means = _average_windows(ops.mean(squares, axis=3), window // stride)
    return products - means[..., :, None] * means[..., None, :]


def _squares(responses, window, stride):
    """Cuts maps into squares `(batch, rows, columns, pixels, channels)`."""
    batch, height, width, _ = ops.shape(responses)
    channels = responses.shape[-1]
    # What lies in no window is cut off.
    rows, columns = (
        (side - window) // stride + window // stride for side in (height, width)
    )
    squares = ops.reshape(
        responses[:, : rows * stride, : columns * stride],
        (batch, rows, stride, columns, stride, channels),
    )
    squares = ops.transpose(squares, (0, 1, 3, 2, 4, 5))
    return ops.reshape(squares, (batch, rows, columns, stride**2, channels))


def _average_windows(maps, window):
    """Averages windows with stride 1, one axis after the other."""
    batch, height, width = ops.shape(maps)[:3]
    inner = maps.shape[3:]
    flat = ops.reshape(maps, (batch, height, width, math.prod(inner)))
    columns = ops.average_pool(flat, (window, 1), 1)
    averages = ops.average_pool(columns, (1, window), 1)
    height, width = height - window + 1, width - window + 1
    return ops.reshape(averages, (batch, height, width, *inner))


def _upper_triangle(matrices):
    """The upper triangle of symmetric matrices, as the last axis."""
    batch, height, width, size, _ = ops.shape(matrices)
    flat = ops.reshape(matrices, (batch, height, width, size * size))
    first, second = np.triu_indices(size)
    return ops.take(flat, first * size + second, axis=-1)
