"""A filter that moves the edges of an image to those of another."""

import keras
from keras import ops

from semst_tf.layers.blur_upsample import BlurUpsample

STRIDE = 4
"""Pixels to a side of the cells that the filter computes in."""


@keras.saving.register_keras_serializable(package="semst_tf")
class GuidedFilter(keras.layers.Layer):
    """Smooths images, but not across the edges of a guide.

    Around every place, the output is a linear function of the brightness of
    the guide, `a * guide + b` for each channel, the one of least squares to
    the input: where the guide is flat the input is averaged, and where the
    guide has an edge, the output has its edge there and nowhere else. `a` and
    `b` are found in cells of 4 x 4 pixels and interpolated.

    Args:
        radius: int. How far around a place is looked, in pixels, a positive
            multiple of 4. Defaults to `8`.
        epsilon: float. Variance of the guide, with values in [-1, 1], below
            which a place counts as flat. Defaults to `0.01`.
        **kwargs: Arguments of `keras.layers.Layer`. Always computes in
            float32: variances are small differences.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`. Height and width
            are multiples of 4.
        guide: Tensor `(batch, height, width, any)` in [-1, 1]; its mean over
            the channels counts.

    Returns:
        Float32 tensor of the shape of `inputs`.

    Raises:
        ValueError: If the radius is no positive multiple of 4, or `epsilon`
            not above zero.

    Example:

    >>> shift = keras.random.normal((1, 64, 64, 3))
    >>> GuidedFilter(radius=8)(shift, guide=images).shape
    (1, 64, 64, 3)

    Reference:
        Guided image filtering, He et al. 2010; coefficients at a smaller size:
        fast guided filter, He and Sun 2015.
    """

    def __init__(self, radius=8, epsilon=0.01, **kwargs):
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        if not isinstance(radius, int) or radius < STRIDE or radius % STRIDE:
            raise ValueError(
                f"`radius` must be a positive multiple of {STRIDE}. "
                f"Received: radius={radius!r}"
            )
        if not epsilon > 0:
            raise ValueError(
                f"`epsilon` must be above zero. Received: epsilon={epsilon!r}"
            )
        self.radius = radius
        self.epsilon = epsilon
        self.upsample = BlurUpsample(dtype="float32")
        self.built = True

    @property
    def margin(self):
        """Pixels around an output pixel beyond which nothing counts for it."""
        # Two means, and the neighbouring cells of two interpolations.
        return 2 * self.radius + 2 * STRIDE

    def call(self, inputs, guide):
        brightness = _mean_of_channels(ops.cast(guide, "float32"))
        count = inputs.shape[-1]
        # One pass for all that is averaged.
        fields = ops.concatenate(
            [inputs, brightness * inputs, brightness, brightness * brightness],
            axis=-1,
        )
        fields = self._mean(ops.average_pool(fields, STRIDE, STRIDE))
        mean, product, guide_mean, guide_square = ops.split(
            fields, [count, 2 * count, 2 * count + 1], axis=-1
        )
        variance = guide_square - guide_mean * guide_mean
        slope = product - guide_mean * mean
        slope = slope / (ops.maximum(variance, 0.0) + self.epsilon)
        offset = mean - slope * guide_mean
        lines = self._mean(ops.concatenate([slope, offset], axis=-1))
        lines = self.upsample(self.upsample(lines))
        slope, offset = ops.split(lines, [count], axis=-1)
        return slope * brightness + offset

    def _mean(self, cells):
        """Mean over the cells around each, of those that there are."""
        size = 2 * (self.radius // STRIDE) + 1
        return ops.average_pool(cells, size, 1, padding="same")

    def compute_output_shape(self, inputs_shape, guide_shape):
        return inputs_shape

    def get_config(self):
        return {
            **super().get_config(),
            "radius": self.radius,
            "epsilon": self.epsilon,
        }


def _mean_of_channels(images):
    # By sums: the fast kernels of LiteRT have no mean over channels.
    channels = images.shape[-1]
    return sum(ops.split(images, channels, axis=-1)) / channels
