"""A filter that moves the edges of an image to those of another."""

import keras
from keras import ops

from semst_tf.layers.blur_upsample import BlurUpsample
from semst_tf.ops.solve_symmetric import solve_symmetric

STRIDE = 4
"""Pixels to a side of the cells that the filter computes in."""


@keras.saving.register_keras_serializable(package="semst_tf")
class GuidedFilter(keras.layers.Layer):
    """Smooths images, but not across the edges of a guide.

    Around every place, each channel of the output is a linear function of the
    channels of the guide, the one of ridge regression to the input: where the
    guide is flat the input is averaged, and where the guide has an edge, of
    brightness or of colour, the output has its edge there and nowhere else.
    The functions are found in cells of 4 x 4 pixels and interpolated.

    Args:
        radius: int. How far around a place is looked, in pixels, a positive
            multiple of 4. Defaults to `8`.
        epsilon: float. Variance of the guide, with values in [-1, 1], below
            which a place counts as flat. Defaults to `0.001`.
        **kwargs: Arguments of `keras.layers.Layer`. Always computes in
            float32: variances are small differences.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`. Height and width
            are multiples of 4.
        guide: Tensor `(batch, height, width, guide_channels)` in [-1, 1].

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
        Guided image filtering, He et al. 2010, with a guide of several
        channels; coefficients at a smaller size: fast guided filter, He and
        Sun 2015.
    """

    def __init__(self, radius=8, epsilon=0.001, **kwargs):
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
        inputs = ops.cast(inputs, "float32")
        channels = _channels(ops.cast(guide, "float32"))
        slopes, offset = self._fit(inputs, channels)
        # One pass for all that is averaged and enlarged.
        lines = self._mean(ops.concatenate([*slopes, offset], axis=-1))
        lines = self.upsample(self.upsample(lines))
        *slopes, offset = ops.split(lines, len(channels) + 1, axis=-1)
        return sum(map(ops.multiply, slopes, channels), offset)

    def _fit(self, inputs, channels):
        """Ridge regression of the inputs on the guide around each cell.

        Args:
            inputs: Float32 tensor `(batch, height, width, n)`.
            channels: List of the channels of the guide,
                `(batch, height, width, 1)`.

        Returns:
            List of the slopes for each channel of the guide, tensors
            `(batch, height / 4, width / 4, n)`, and their offset.
        """
        count, guides = inputs.shape[-1], len(channels)
        pairs = [(i, j) for i in range(guides) for j in range(i, guides)]
        fields = [
            inputs,
            *(channel * inputs for channel in channels),
            *channels,
            *(channels[i] * channels[j] for i, j in pairs),
        ]
        fields = ops.average_pool(ops.concatenate(fields, -1), STRIDE, STRIDE)
        mean, products, guide_means, squares = ops.split(
            self._mean(fields),
            [count, (1 + guides) * count, (1 + guides) * count + guides],
            axis=-1,
        )
        guide_means = _channels(guide_means)
        covariances = dict(zip(pairs, _channels(squares)))
        for i, j in pairs:
            covariances[i, j] = (
                covariances[i, j] - guide_means[i] * guide_means[j]
            )
            if i == j:
                variance = ops.maximum(covariances[i, i], 0.0)
                covariances[i, i] = variance + self.epsilon
        products = ops.split(products, guides, axis=-1)
        slopes = solve_symmetric(
            covariances,
            [p - g * mean for p, g in zip(products, guide_means)],
        )
        return slopes, mean - sum(map(ops.multiply, slopes, guide_means))

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


def _channels(maps):
    return ops.split(maps, maps.shape[-1], axis=-1)
