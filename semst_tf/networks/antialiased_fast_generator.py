"""The small generator, whose translations move with what they show."""

import keras
import numpy as np
from keras import ops

from semst_tf.networks.fast_generator import FastGenerator

_BLUR = np.outer([1, 2, 1], [1, 2, 1]).astype("float32") / 16


@keras.saving.register_keras_serializable(package="semst_tf")
class AntialiasedFastGenerator(FastGenerator):
    """`FastGenerator` with a blur before every convolution of stride 2.

    A convolution of stride 2 looks at every other place. What is finer than
    two of its steps, an edge most of all, counts for more or less by where it
    lies on that grid, so that the translation of a scene that moves by a few
    pixels changes: it flickers. A binomial `[1, 2, 1]` blur before each stride
    takes away what the grid cannot hold.

    It has the weights of `FastGenerator`, in the same order.

    Args:
        **kwargs: See `FastGenerator`.

    Call arguments:
        images: See `FastGenerator`.
        return_features: See `FastGenerator`.

    Returns:
        See `FastGenerator`.

    Example:

    >>> generator = AntialiasedFastGenerator(filters=8, blocks=2)
    >>> generator(keras.ops.zeros((1, 30, 45, 3))).shape
    (1, 30, 45, 3)

    Reference:
        Zhang 2019, "Making Convolutional Networks Shift-Invariant Again";
        before the strides, where maps have few channels, semst_tf design.
    """

    @property
    def margin(self):
        """See `FastGenerator`; the blurs look 7 pixels further."""
        return super().margin + self.stride

    def strided(self, layer, maps):
        """See `FastGenerator`."""
        kernel = np.tile(_BLUR[:, :, None, None], (1, 1, maps.shape[-1], 1))
        blurred = ops.depthwise_conv(
            maps,
            ops.cast(kernel, maps.dtype),
            padding="same",
            data_format="channels_last",
        )
        return layer(blurred)
