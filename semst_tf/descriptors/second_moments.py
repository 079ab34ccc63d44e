import math

import keras
import numpy as np
from keras import ops

from semst_tf.descriptors.filter_bank import FILTER_REACH
from semst_tf.descriptors.filter_bank import texture_filters
from semst_tf.ops.maps import reflect_pad
from semst_tf.ops.maps import require_images
from semst_tf.ops.maps import soft_unit_length

GRID_STRIDE = 4  # pixels of the picture
ENCODER_STRIDE = 2  # pixels of the picture per cell of layer 8


@keras.saving.register_keras_serializable(package="semst_tf")
class SecondMomentField(keras.layers.Layer):
    """Texture: how filter responses vary together around each place.

    The local covariance of responses in a square window, without the mean:
    colour and brightness are not texture. Its upper triangle is compressed by
    a signed square root and L2-normalised softly, so that flat places fade to
    0. There are no weights.

    Args:
        source: `"pixels"` applies a fixed bank of derivative filters to the
            picture, see `texture_filters`; nothing in it is learned, so a
            network cannot hide anything from it. `"encoder"` projects the
            encoder's features of layer 8 (half the picture's size) to a few
            fixed random directions. Defaults to `"pixels"`.
        projections: Integer, for `"encoder"`: number of directions, at most
            the number of channels. Defaults to `16`.
        window: Integer, side of the window in pixels of the picture, a
            multiple of 4. Defaults to `16`.
        seed: Integer, of the random directions. Defaults to `0`.
        **kwargs: `name` and other arguments of `keras.layers.Layer`; the layer
            computes in float32.

    Call arguments:
        inputs: Tensor of shape `(batch, height, width, channels)`: images in
            `[-1, 1]`, or features, according to `source`. The attribute
            `feature_layer` tells which: `None` or `8`.

    Returns:
        Float32 tensor on the grid of stride 4 pixels: for images of shape
        `(batch, height // 4, width // 4, n * (n + 1) / 2)` with the number of
        responses n = 12 for three channels, 10 otherwise; for features of
        shape `(batch, height // 2, width // 2, n * (n + 1) / 2)` with
        n = `projections`. 78, 55 and 136 channels by default.

    Raises:
        ValueError: If an argument is out of range or `inputs` does not have
            four axes.

    Example:

    >>> field = semst_tf.descriptors.SecondMomentField()
    >>> field(keras.ops.zeros((1, 64, 48, 3))).shape
    (1, 16, 12, 78)

    Reference:
        semst_tf design, after region covariance (Tuzel et al. 2006).
    """

    def __init__(
        self, source="pixels", projections=16, window=16, seed=0, **kwargs
    ):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        if source not in ("pixels", "encoder"):
            raise ValueError(
                "`source` must be 'pixels' or 'encoder'. "
                f"Received: source={source!r}"
            )
        if projections < 1 or window < GRID_STRIDE or window % GRID_STRIDE:
            raise ValueError(
                "`projections` must be at least 1 and `window` a multiple of "
                f"{GRID_STRIDE}. Received: projections={projections}, "
                f"window={window}"
            )
        self.source = source
        self.projections = projections
        self.window = window
        self.seed = seed
        self.feature_layer = None if source == "pixels" else 8

    def build(self, input_shape):
        require_images(keras.KerasTensor(input_shape))
        channels = input_shape[-1]
        if self.source == "pixels":
            self._filters = texture_filters(channels)
        else:
            self._filters = _orthonormal_columns(
                channels, self.projections, self.seed
            )
        self.built = True

    def call(self, inputs):
        responses = self._responses(ops.cast(inputs, "float32"))
        window, stride = self._window_and_stride()
        responses = reflect_pad(responses, (window - stride) // 2)
        covariance = _covariance_of_windows(responses, window, stride)
        covariance = _upper_triangle(covariance)
        # A signed square root whose slope stays finite at 0.
        compressed = covariance * ops.rsqrt(ops.abs(covariance) + 1e-6)
        return soft_unit_length(compressed, 1e-4)

    def _responses(self, inputs):
        if self.source == "pixels":
            return ops.conv(reflect_pad(inputs, FILTER_REACH), self._filters)
        return ops.matmul(inputs, self._filters)

    def _window_and_stride(self):
        if self.source == "pixels":
            return self.window, GRID_STRIDE
        return self.window // ENCODER_STRIDE, GRID_STRIDE // ENCODER_STRIDE

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        _, stride = self._window_and_stride()
        if self.source == "pixels":
            responses = texture_filters(channels).shape[-1]
        else:
            responses = min(self.projections, channels)
        return (
            batch,
            None if height is None else height // stride,
            None if width is None else width // stride,
            responses * (responses + 1) // 2,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "source": self.source,
            "projections": self.projections,
            "window": self.window,
            "seed": self.seed,
        }


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


def _orthonormal_columns(channels, count, seed):
    """Fixed random directions, `(channels, min(count, channels))`."""
    gaussian = np.random.default_rng(seed).standard_normal(
        (channels, min(count, channels))
    )
    return np.linalg.qr(gaussian)[0].astype("float32")
