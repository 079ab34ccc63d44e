"""Where edges are and how they run: the field of structure."""

import keras
import numpy as np
from keras import ops

from semst_tf.ops.luminance import luminance
from semst_tf.ops.mirror import reflect_pad
from semst_tf.ops.require_images import require_images
from semst_tf.ops.unit_length import soft_unit_length

# Derivative per pixel along x; its transpose is the one along y.
SCHARR = np.outer([3.0, 10.0, 3.0], [-1.0, 0.0, 1.0]) / 32.0


@keras.saving.register_keras_serializable(package="semst_tf")
class OrientationField(keras.layers.Layer):
    """Structure of an image: where edges are and how they run.

    Edge strength by unsigned direction is averaged over square cells, and each
    cell carries the values of its neighbourhood. Brighter, darker or
    contrast-inverted images have the same field. One constant channel stands
    for "flat": where edges are weak it outweighs them, so flat places resemble
    each other and differ from edges. There are no weights.

    Args:
        cell: Integer, side of a cell and stride of the grid in pixels.
            Defaults to `4`.
        bins: Integer, number of directions over half a turn. Defaults to `8`.
        neighbourhood: Odd integer, side of the neighbourhood in cells.
            Defaults to `3`.
        magnitude_floor: Float, added to the squared gradient, for images in
            `[-1, 1]` and gradients per pixel. Edges far below its square root
            count quadratically less. Defaults to `1e-4`.
        constant: Float, value of the constant channel before the L2
            normalisation; 0 leaves the channel out. Defaults to `0.15`.
        soft_norm: Float. The field is divided by
            `sqrt(squared norm + soft_norm ** 2)`. Defaults to `None`: 0 with a
            constant channel, 0.1 without, where flat places fade to 0.
        **kwargs: `name` and other arguments of `keras.layers.Layer`; the layer
            computes in float32.

    Call arguments:
        images: Tensor of shape `(batch, height, width, channels)` in
            `[-1, 1]`, at least `cell` on each side.

    Returns:
        Float32 tensor of shape `(batch, height // cell, width // cell,
        bins * neighbourhood ** 2 + 1)`; 73 channels by default, L2-normalised.

    Raises:
        ValueError: If an argument is out of range or `images` does not have
            four axes.

    Example:

    >>> field = semst_tf.descriptors.OrientationField()
    >>> field(keras.ops.zeros((1, 64, 48, 3))).shape
    (1, 16, 12, 73)

    Reference:
        semst_tf design, after histograms of oriented gradients (Dalal and
        Triggs 2005).
    """

    def __init__(
        self,
        cell=4,
        bins=8,
        neighbourhood=3,
        magnitude_floor=1e-4,
        constant=0.15,
        soft_norm=None,
        **kwargs,
    ):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        if cell < 1 or bins < 1 or neighbourhood < 1 or neighbourhood % 2 == 0:
            raise ValueError(
                "`cell` and `bins` must be at least 1 and `neighbourhood` odd. "
                f"Received: cell={cell}, bins={bins}, "
                f"neighbourhood={neighbourhood}"
            )
        if magnitude_floor <= 0 or constant < 0:
            raise ValueError(
                "`magnitude_floor` must be above 0 and `constant` at least 0. "
                f"Received: magnitude_floor={magnitude_floor}, "
                f"constant={constant}"
            )
        self.cell = cell
        self.bins = bins
        self.neighbourhood = neighbourhood
        self.magnitude_floor = magnitude_floor
        self.constant = constant
        self.soft_norm = soft_norm

    def call(self, images):
        edges = self._edges_by_direction(luminance(images))
        cells = ops.average_pool(edges, self.cell, self.cell)
        field = self._with_neighbours(cells)
        if self.constant > 0:
            flat = ops.full_like(field[..., :1], self.constant)
            field = ops.concatenate([field, flat], axis=-1)
        return soft_unit_length(field, self._softness() ** 2)

    def _edges_by_direction(self, brightness):
        """Edge strength by direction, `(batch, height, width, bins)`."""
        kernel = np.stack([SCHARR, SCHARR.T], axis=-1)[:, :, None, :]
        gradient = ops.conv(
            reflect_pad(brightness, 1), kernel.astype("float32")
        )
        squared_length = ops.sum(ops.square(gradient), axis=-1, keepdims=True)
        angles = np.arange(self.bins) * np.pi / self.bins
        directions = np.stack([np.cos(angles), np.sin(angles)])
        along = ops.matmul(gradient, directions.astype("float32"))
        return ops.square(along) * ops.rsqrt(
            squared_length + self.magnitude_floor
        )

    def _with_neighbours(self, cells):
        height, width = ops.shape(cells)[1:3]
        padded = reflect_pad(cells, self.neighbourhood // 2)
        steps = range(self.neighbourhood)
        neighbours = [
            padded[:, top : top + height, left : left + width]
            for top in steps
            for left in steps
        ]
        return ops.concatenate(neighbours, axis=-1)

    def _softness(self):
        if self.soft_norm is not None:
            return self.soft_norm
        return 0.0 if self.constant > 0 else 0.1

    def compute_output_shape(self, input_shape):
        batch, height, width, _ = input_shape
        channels = self.bins * self.neighbourhood**2 + (self.constant > 0)
        return (
            batch,
            None if height is None else height // self.cell,
            None if width is None else width // self.cell,
            channels,
        )

    def build(self, input_shape):
        require_images(keras.KerasTensor(input_shape))
        self.built = True

    def get_config(self):
        return {
            **super().get_config(),
            "cell": self.cell,
            "bins": self.bins,
            "neighbourhood": self.neighbourhood,
            "magnitude_floor": self.magnitude_floor,
            "constant": self.constant,
            "soft_norm": self.soft_norm,
        }
