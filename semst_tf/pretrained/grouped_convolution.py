"""Convolution in groups of channels, fast on a CPU too."""

import keras
import numpy as np
from keras import ops


@keras.saving.register_keras_serializable(package="semst_tf")
class GroupedConvolution(keras.layers.Layer):
    """Convolves each group of channels on its own; stride one, same size.

    The same mathematics as `keras.layers.Conv2D(groups=...)` without a bias,
    computed as one dense convolution whose kernel is zero between groups:
    TensorFlow has no grouped kernel for the CPU and compiles each of them.

    Args:
        filters: int. Channels of the result, a multiple of `groups`.
        kernel_size: int. An odd number.
        groups: int. Divides the channels of the input.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`.

    Returns:
        Tensor `(batch, height, width, filters)`.

    Raises:
        ValueError: If the channels cannot be divided into the groups.
    """

    def __init__(self, filters, kernel_size, groups, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.kernel_size = kernel_size
        self.groups = groups

    def build(self, input_shape):
        channels = input_shape[-1]
        if channels % self.groups or self.filters % self.groups:
            raise ValueError(
                f"{self.groups} groups must divide the channels of the input "
                f"and of the output. Received: {channels} and {self.filters}"
            )
        group = channels // self.groups
        self.kernel = self.add_weight(
            name="kernel",
            shape=(self.kernel_size, self.kernel_size, group, self.filters),
        )
        group_in = np.arange(channels)[:, None] // group
        group_out = np.arange(self.filters) // (self.filters // self.groups)
        self._mask = (group_in == group_out).astype("float32")

    def call(self, inputs):
        kernel = ops.tile(self.kernel, (1, 1, self.groups, 1))
        kernel = kernel * ops.cast(self._mask, kernel.dtype)
        return ops.conv(inputs, kernel, padding="same")

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], self.filters)

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "kernel_size": self.kernel_size,
            "groups": self.groups,
        }
