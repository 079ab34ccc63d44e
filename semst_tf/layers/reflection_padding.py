"""Padding that mirrors the image at its border."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="semst_tf")
class ReflectionPadding2D(keras.layers.Layer):
    """Pads height and width by mirroring, without repeating the border.

    Zero padding would put a dark frame around every feature map; mirrored
    content has the statistics of the image itself.

    Args:
        padding: int. Rows and columns added on each side. The input needs
            at least `padding + 1` rows and columns. Defaults to `1`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`.

    Returns:
        Tensor `(batch, height + 2 * padding, width + 2 * padding, channels)`.

    Example:

    >>> ReflectionPadding2D(3)(keras.ops.ones((1, 8, 8, 3))).shape
    (1, 14, 14, 3)

    Reference:
        CUT, Park et al. 2020 (`resnet_9blocks` generator).
    """

    def __init__(self, padding=1, **kwargs):
        super().__init__(**kwargs)
        if padding < 0:
            raise ValueError(
                f"`padding` must not be negative. Received: padding={padding}"
            )
        self.padding = padding

    def call(self, inputs):
        sides = [self.padding, self.padding]
        return ops.pad(inputs, [[0, 0], sides, sides, [0, 0]], mode="reflect")

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        added = 2 * self.padding
        return (
            batch,
            None if height is None else height + added,
            None if width is None else width + added,
            channels,
        )

    def get_config(self):
        return {**super().get_config(), "padding": self.padding}
