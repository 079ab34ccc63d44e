"""The activation of discriminators."""

import keras

from semst_tf.ops.leaky_relu import leaky_relu


@keras.saving.register_keras_serializable(package="semst_tf")
class LeakyReLU(keras.layers.Layer):
    """Lets negative values through at a small slope.

    As `keras.layers.LeakyReLU`, by an operation that trains without
    TensorFlow's "remapper failed" (see `semst_tf.ops.leaky_relu`).

    Args:
        negative_slope: float below 1. Defaults to `0.2`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor of any shape.

    Returns:
        Tensor of the same shape.

    Example:

    >>> LeakyReLU()(keras.ops.array([-1.0, 2.0]))
    [-0.2, 2.0]
    """

    def __init__(self, negative_slope=0.2, **kwargs):
        super().__init__(**kwargs)
        if not 0 <= negative_slope < 1:
            raise ValueError(
                "`negative_slope` must be from 0 to below 1. "
                f"Received: negative_slope={negative_slope}"
            )
        self.negative_slope = negative_slope
        self.built = True

    def call(self, inputs):
        return leaky_relu(inputs, self.negative_slope)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "negative_slope": self.negative_slope}
