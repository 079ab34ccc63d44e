"""The network that decides how far detail is trusted."""

import keras

from semst_tf.layers.instance_normalization import instance_normalization
from semst_tf.networks.checks import check_positive
from semst_tf.ops.initializers import seed_sequence
from semst_tf.ops.initializers import xavier_normal


@keras.saving.register_keras_serializable(package="semst_tf")
class ScaleAttention(keras.Model):
    """Maps features of the context to a share of the detail branch.

    One number a pixel: 1 takes the detail's translation, 0 the context's. It
    starts at 0.73, mostly detail.

    Args:
        input_channels: int. Channels of the features.
        seed: int or `None`. Seed of the initial weights.
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        features: Tensor `(batch, height, width, input_channels)`.

    Returns:
        Float32 tensor `(batch, height, width, 1)` in [0, 1].

    Raises:
        ValueError: If `input_channels` is not positive.

    Reference:
        After the scale attention of HRDA (Hoyer et al. 2022), which weighs
        class scores; one that weighs images is semst_tf design.
    """

    def __init__(self, input_channels, seed=None, **kwargs):
        super().__init__(**kwargs)
        check_positive(input_channels=input_channels)
        self.input_channels = input_channels
        self.seed = seed
        seeds = seed_sequence(seed)
        self.stack = [
            keras.layers.Conv2D(
                max(input_channels // 2, 1),
                3,
                padding="same",
                kernel_initializer=xavier_normal(seed=next(seeds)),
                dtype=self.dtype_policy,
            ),
            instance_normalization(dtype=self.dtype_policy),
            keras.layers.ReLU(dtype=self.dtype_policy),
            keras.layers.Conv2D(
                1,
                1,
                kernel_initializer=xavier_normal(seed=next(seeds)),
                bias_initializer=keras.initializers.Constant(1.0),
                dtype=self.dtype_policy,
            ),
            keras.layers.Activation("sigmoid", dtype="float32"),
        ]
        self.build((None, None, None, input_channels))

    def build(self, input_shape):
        shape = input_shape
        for layer in self.stack:
            layer.build(shape)
            shape = layer.compute_output_shape(shape)
        self.built = True

    def call(self, features):
        attention = features
        for layer in self.stack:
            attention = layer(attention)
        return attention

    def compute_output_shape(self, input_shape):
        return (*input_shape[:-1], 1)

    def get_config(self):
        return {
            **super().get_config(),
            "input_channels": self.input_channels,
            "seed": self.seed,
        }
