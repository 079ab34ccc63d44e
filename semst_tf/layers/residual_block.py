"""The block that most of the generator is made of."""

import keras

from semst_tf.layers.conv2d import Conv2D
from semst_tf.layers.instance_normalization import instance_normalization
from semst_tf.layers.reflection_padding import ReflectionPadding2D
from semst_tf.layers.rematerialise import rematerialising
from semst_tf.ops.initializers import seed_sequence
from semst_tf.ops.initializers import xavier_normal


@keras.saving.register_keras_serializable(package="semst_tf")
class ResidualBlock(keras.layers.Layer):
    """Two 3x3 convolutions with instance normalisation, added to the input.

    Args:
        filters: int. Channels of the input and of the output.
        seed: int or `None`. Seed of the initial weights.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, filters)`, height and width at
            least 2 (the padding mirrors one pixel).

    Returns:
        Tensor of the same shape.

    Reference:
        CUT, Park et al. 2020; no dropout, as released.
    """

    def __init__(self, filters, seed=None, **kwargs):
        super().__init__(**kwargs)
        self.filters = filters
        self.seed = seed
        seeds = seed_sequence(seed)
        self.stack = [
            ReflectionPadding2D(1, dtype=self.dtype_policy),
            self._convolution(next(seeds)),
            instance_normalization(dtype=self.dtype_policy),
            keras.layers.ReLU(dtype=self.dtype_policy),
            ReflectionPadding2D(1, dtype=self.dtype_policy),
            self._convolution(next(seeds)),
            instance_normalization(dtype=self.dtype_policy),
        ]

    def _convolution(self, seed):
        return Conv2D(
            self.filters,
            3,
            kernel_initializer=xavier_normal(seed=seed),
            dtype=self.dtype_policy,
        )

    def build(self, input_shape):
        shape = input_shape
        for layer in self.stack:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def call(self, inputs):
        run = keras.remat(self._run) if rematerialising() else self._run
        return inputs + run(inputs)

    def _run(self, outputs):
        for layer in self.stack:
            outputs = layer(outputs)
        return outputs

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {
            **super().get_config(),
            "filters": self.filters,
            "seed": self.seed,
        }
