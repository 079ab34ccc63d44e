"""One image of a coarse and a fine translation."""

import keras
from keras import ops

FUSIONS = ("attention", "laplacian", "fixed", "context", "detail")
"""Ways to fuse context and detail."""


@keras.saving.register_keras_serializable(package="semst_tf")
class ScaleFusion(keras.layers.Layer):
    """Fuses the translated context with the translated detail of a region.

    With the share `a` of detail, upsampled bilinearly:

    - `"attention"`: `up((1 - a) * context) + up(a) * detail`; for `a = 1`
      exactly the detail, for `a = 0` the upsampled context.
    - `"laplacian"`: the low frequencies of that mixture, and always the high
      frequencies of the detail; cut off at -1 and 1.
    - `"fixed"`, `"context"`, `"detail"`: the first with `a` = 0.5, 0 and 1.

    Args:
        mode: str. One of these. Defaults to `"attention"`.
        ratio: int. How much smaller the context is. Defaults to `2`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        context: Tensor `(batch, height / ratio, width / ratio, channels)`, in
            [-1, 1].
        attention: Tensor `(batch, height / ratio, width / ratio, 1)` in
            [0, 1].
        detail: Tensor `(batch, rows, columns, channels)`, the translation of
            a region of the image.
        corner: Int tensor `(2,)`, top and left of the region. Defaults to
            `None`, the region is the whole image.

    Returns:
        Float32 tensor of the shape of `detail`, in [-1, 1].

    Raises:
        ValueError: If `mode` is unknown or `ratio` is less than 1.

    Reference:
        semst_tf design; attention after HRDA (Hoyer et al. 2022).
    """

    def __init__(self, mode="attention", ratio=2, **kwargs):
        # An image that is mixed in half precision shows steps.
        kwargs["dtype"] = "float32"
        super().__init__(**kwargs)
        if mode not in FUSIONS:
            raise ValueError(
                f"`mode` must be one of {', '.join(FUSIONS)}. "
                f"Received: mode={mode!r}"
            )
        if ratio < 1:
            raise ValueError(
                f"`ratio` must be at least 1. Received: ratio={ratio}"
            )
        self.mode = mode
        self.ratio = ratio
        self.built = True

    @property
    def uses_attention(self):
        """Whether the result depends on the attention that is passed."""
        return self.mode in ("attention", "laplacian")

    def share(self, attention):
        """Returns the share of detail: the attention, or a constant."""
        constant = {"fixed": 0.5, "context": 0.0, "detail": 1.0}
        if self.mode in constant:
            return constant[self.mode] * ops.ones_like(attention)
        return attention

    def call(self, context, attention, detail, corner=None):
        if self.mode == "detail":
            return detail
        share = self.share(attention)

        def region(maps):
            return _region(self._upsample(maps), corner, detail)

        if self.mode != "laplacian":
            return region((1.0 - share) * context) + region(share) * detail
        low = self._upsample(self._pool(region(context) - detail))
        return ops.clip(detail + (1.0 - region(share)) * low, -1.0, 1.0)

    def _upsample(self, maps):
        height, width = maps.shape[1:3]
        if height is None or width is None:
            return _interpolated(
                _interpolated(maps, 1, self.ratio), 2, self.ratio
            )
        return ops.image.resize(
            maps,
            (self.ratio * height, self.ratio * width),
            interpolation="bilinear",
            data_format="channels_last",
        )

    def _pool(self, maps):
        return ops.average_pool(
            maps,
            self.ratio,
            # Keras on JAX needs them said.
            strides=self.ratio,
            padding="valid",
            data_format="channels_last",
        )

    def compute_output_shape(
        self, context_shape, attention_shape, detail_shape, corner_shape=None
    ):
        return detail_shape

    def get_config(self):
        return {
            **super().get_config(),
            "mode": self.mode,
            "ratio": self.ratio,
        }


def _region(maps, corner, like):
    if corner is None:
        return maps
    batch, rows, columns = ops.shape(like)[:3]
    channels = maps.shape[-1]
    return ops.slice(
        maps, (0, corner[0], corner[1], 0), (batch, rows, columns, channels)
    )


def _interpolated(maps, axis, ratio):
    """Stretches one axis; Keras resizes to sizes known beforehand only."""
    size = ops.shape(maps)[axis]
    positions = ops.arange(ratio * size, dtype="float32")
    places = (positions + 0.5) / ratio - 0.5
    before = ops.floor(places)
    shape = [1] * 4
    shape[axis] = -1
    share = ops.reshape(places - before, shape)
    before = ops.cast(before, "int32")
    first = ops.take(maps, ops.clip(before, 0, size - 1), axis=axis)
    second = ops.take(maps, ops.clip(before + 1, 0, size - 1), axis=axis)
    return first * (1.0 - share) + second * share
