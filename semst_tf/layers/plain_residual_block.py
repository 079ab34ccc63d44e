"""A residual block without normalisation and without mirrored borders."""

import keras

from semst_tf.ops.initializers import he_normal
from semst_tf.ops.initializers import seed_sequence

BRANCH_SCALE = 0.1
"""Of the last kernel at the start: blocks begin near doing nothing."""


@keras.saving.register_keras_serializable(package="semst_tf")
class PlainResidualBlock(keras.layers.Layer):
    """Two 3 x 3 convolutions with a ReLU between, added to the input.

    Nothing but what every runtime has a fast kernel for. Zero padding, where
    mirroring costs more than the convolution; and no statistics of the image,
    so that integers can do all of it, a tile is translated as its image is
    and frames of a video do not change each other's colours.

    Args:
        filters: int. Channels of the input and of the output.
        seed: int or `None`. Seed of the initial weights.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, filters)`.

    Returns:
        Tensor of the same shape.

    Reference:
        EDSR, Lim et al. 2017 (residual blocks without normalisation).
    """

    def __init__(self, filters, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.seed = seed
        seeds = seed_sequence(seed)
        self.stack = [
            self._convolution(he_normal(seed=next(seeds)), "relu"),
            self._convolution(he_normal(BRANCH_SCALE, seed=next(seeds))),
        ]

    def _convolution(self, initializer, activation=None):
        return keras.layers.Conv2D(
            self.filters,
            3,
            padding="same",
            activation=activation,
            kernel_initializer=initializer,
            dtype=self.dtype_policy,
        )

    def build(self, input_shape):
        for layer in self.stack:
            layer.build(input_shape)
        self.built = True

    def call(self, inputs):
        first, second = self.stack
        return inputs + second(first(inputs))

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "seed": self.seed,
        }
