"""Tone: colours and brightness."""

import keras
from keras import ops

from semst_tf.ops.require_images import require_images


@keras.saving.register_keras_serializable(package="semst_tf")
class ToneField(keras.layers.Layer):
    """Tone: the image's own channels, averaged over small squares.

    Every channel is one scalar map, as the estimators `"rsmi"` and
    `"correlation_ratio"` of `MutualInformation` take them. There are no
    weights.

    Args:
        stride: Integer, side of a square in pixels. Defaults to `2`.
        **kwargs: `name` and other arguments of `keras.layers.Layer`; the layer
            computes in float32.

    Call arguments:
        images: Tensor of shape `(batch, height, width, channels)`.

    Returns:
        Float32 tensor of shape `(batch, height // stride, width // stride,
        channels)`, in the range of the images.

    Raises:
        ValueError: If `stride` is below 1 or `images` does not have four axes.

    Reference:
        semst_tf design.
    """

    def __init__(self, stride=2, **kwargs):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        if stride < 1:
            raise ValueError(
                f"`stride` must be at least 1. Received: stride={stride}"
            )
        self.stride = stride

    def call(self, images):
        require_images(images)
        tone = ops.cast(images, "float32")
        return ops.average_pool(tone, self.stride, self.stride)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (
            batch,
            None if height is None else height // self.stride,
            None if width is None else width // self.stride,
            channels,
        )

    def build(self, input_shape):
        require_images(keras.KerasTensor(input_shape))
        self.built = True

    def get_config(self):
        return {**super().get_config(), "stride": self.stride}
