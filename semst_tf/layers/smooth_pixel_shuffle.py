"""Pixels of twice the resolution from channels, without checkerboards."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="semst_tf")
class SmoothPixelShuffle(keras.layers.Layer):
    """Makes blocks of 2 x 2 pixels of channels, and blurs them.

    Nothing keeps the four pixels of a block alike, so that a network that
    learns from a discriminator makes checkerboards by shuffling alone. The
    binomial `[1, 2, 1]` blur behind it removes a pattern of two pixels
    exactly, whatever the network computes.

    Args:
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, 4 * channels)`; the channels
            of the upper left pixel of a block come first, then upper right,
            lower left, lower right, as in `tf.nn.depth_to_space`.

    Returns:
        Tensor `(batch, 2 * height, 2 * width, channels)`.

    Example:

    >>> SmoothPixelShuffle()(keras.ops.ones((1, 8, 8, 12))).shape
    (1, 16, 16, 3)

    Reference:
        Shi et al. 2016 (pixel shuffle); a fixed smoothing kernel against
        checkerboards: Sugawara, Shiota and Kiya 2018.
    """

    def call(self, inputs):
        batch, height, width, channels = ops.shape(inputs)
        blocks = ops.reshape(
            inputs, (batch, height, width, 2, 2, channels // 4)
        )
        rows = ops.transpose(blocks, (0, 1, 3, 2, 4, 5))
        pixels = ops.reshape(
            rows, (batch, 2 * height, 2 * width, channels // 4)
        )
        return _blurred(pixels)

    def build(self, input_shape):
        if input_shape[-1] % 4:
            raise ValueError(
                "A pixel shuffle by two needs a multiple of 4 channels. "
                f"Received: input_shape={tuple(input_shape)}"
            )
        self.built = True

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (
            batch,
            None if height is None else 2 * height,
            None if width is None else 2 * width,
            channels // 4,
        )


def _blurred(pixels):
    """`[1, 2, 1]` is `[1, 1]` twice, and poolings are fast backward."""
    pixels = ops.pad(pixels, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="reflect")
    for _ in range(2):
        pixels = ops.average_pool(
            pixels,
            2,
            strides=1,
            padding="valid",
            data_format="channels_last",
        )
    return pixels
