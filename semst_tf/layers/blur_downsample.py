"""Downsampling by two without aliasing."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="semst_tf")
class BlurDownsample(keras.layers.Layer):
    """Halves height and width after a binomial 3x3 blur.

    The `[1, 2, 1]` kernel is `[1, 1]` convolved with itself, so that blur
    and stride are two average poolings: far cheaper on a CPU, backward above
    all, than a depthwise convolution with a constant kernel.

    Args:
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`, height and width
            at least 2.

    Returns:
        Tensor `(batch, ceil(height / 2), ceil(width / 2), channels)`.

    Reference:
        CUT, Park et al. 2020 (filter of size 3, reflection padding);
        Zhang 2019, "Making Convolutional Networks Shift-Invariant Again".
    """

    def call(self, inputs):
        padded = ops.pad(
            inputs, [[0, 0], [1, 1], [1, 1], [0, 0]], mode="reflect"
        )
        blurred = ops.average_pool(padded, 2, strides=1, padding="valid")
        return ops.average_pool(blurred, 2, strides=2, padding="valid")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (
            batch,
            None if height is None else (height + 1) // 2,
            None if width is None else (width + 1) // 2,
            channels,
        )
