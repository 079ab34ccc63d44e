"""Features themselves as a field."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="semst_tf")
class FeatureField(keras.layers.Layer):
    """Gives back what it reads, in float32.

    For features that describe a place already, such as those of a frozen
    network.

    Args:
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        images: Tensor `(batch, height, width, channels)`.

    Returns:
        Float32 tensor of the same shape.

    Reference:
        semst_tf design.
    """

    def __init__(self, **kwargs):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)

    def build(self, input_shape):
        self.built = True

    def call(self, images):
        return ops.cast(images, "float32")

    def compute_output_shape(self, input_shape):
        return tuple(input_shape)
