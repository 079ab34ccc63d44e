"""Rims of light or dark beside strong edges of the source."""

import keras
from keras import ops

from semst_tf.metrics.image_bytes import to_bytes
from semst_tf.metrics.score import Score
from semst_tf.ops.luminance import luminance
from semst_tf.ops.private_api import KnowsDirection

_NEAR = (2, 5)
_FAR = (7, 12)


@keras.saving.register_keras_serializable(package="semst_tf")
class EdgeHalos(KnowsDirection, keras.metrics.Metric):
    """How much brightness changes beside edges where the source is flat.

    Where a strong edge of the source, along a row or a column, borders on a
    flat surface, the translation should be flat there too. A translator that
    shifts colours by soft masks leaves a rim instead, bright along roofs or
    dark along a horizon. The figure is the mean difference of the translation
    between pixels 2 to 4 and pixels 7 to 11 from the edge.

    Args:
        edge_above: float. An edge is a step of the brightness of the source
            between neighbouring pixels above it, in levels of 0 to 255.
            Defaults to `40.0`.
        flat_below: float. Its side is flat if the brightness of pixels 2 to
            11 from the edge ranges over less. Defaults to `8.0`.
        name: string. Defaults to `"edge_halos"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Source images `(batch, height, width, channels)` in [-1, 1].
        y_pred: Their translations, of the same height and width.

    Returns:
        `result()`: mean absolute difference in levels of 0 to 255; NaN if no
        edge bordered on a flat surface.

    Reference:
        semst_tf design.
    """

    scores = (
        Score(
            group="diagnostics",
            key="edge_halos",
            heading="edge halos",
            log_name="val_edge_halos",
            direction="down",
            digits=1,
        ),
    )

    def __init__(
        self, edge_above=40.0, flat_below=8.0, name="edge_halos", dtype=None
    ):
        super().__init__(name=name, dtype=dtype)
        self.edge_above = edge_above
        self.flat_below = flat_below
        self.total = self.add_variable(
            shape=(), initializer="zeros", dtype="float32", name="total"
        )
        self.count = self.add_variable(
            shape=(), initializer="zeros", dtype="float32", name="count"
        )

    def update_state(self, y_true, y_pred, sample_weight=None):
        if sample_weight is not None:
            raise ValueError(
                "EdgeHalos takes no weights. "
                f"Received: sample_weight={sample_weight!r}"
            )
        source = luminance(to_bytes(y_true))[..., 0]
        output = luminance(to_bytes(y_pred))[..., 0]
        for _ in range(2):
            for _ in range(2):
                self._add_sides(source, output)
                source, output = (
                    ops.flip(v, axis=-1) for v in (source, output)
                )
            source, output = (
                ops.transpose(v, (0, 2, 1)) for v in (source, output)
            )

    def _add_sides(self, source, output):
        """What lies to the right of the edges along rows."""
        count = source.shape[-1] - _FAR[1]
        if count < 1:
            return
        edges = ops.abs(source[..., 1 : count + 1] - source[..., :count])
        side = ops.stack(
            [source[..., at : at + count] for at in range(_NEAR[0], _FAR[1])]
        )
        spread = ops.max(side, axis=0) - ops.min(side, axis=0)
        chosen = (edges > self.edge_above) & (spread < self.flat_below)
        chosen = ops.cast(chosen, "float32")
        change = _mean(output, _NEAR, count) - _mean(output, _FAR, count)
        self.total.assign_add(ops.sum(chosen * ops.abs(change)))
        self.count.assign_add(ops.sum(chosen))

    def result(self):
        return ops.cast(self.total / self.count, self.dtype)

    def get_config(self):
        return {
            **super().get_config(),
            "edge_above": self.edge_above,
            "flat_below": self.flat_below,
        }


def _mean(values, span, count):
    shifted = [values[..., at : at + count] for at in range(*span)]
    return sum(shifted) / len(shifted)
