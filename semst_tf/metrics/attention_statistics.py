"""How far a generator of two scales trusts the detail."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="semst_tf")
class AttentionStatistics(keras.metrics.Metric):
    """Mean and spread of an attention, and how often it is decided.

    Where the attention is 1 everywhere, the detail alone makes the image;
    where it is 0, the context alone does; both mean that one scale is not
    used. Every pixel counts the same.

    Args:
        name: string. Defaults to `"attention_statistics"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        attention: Tensor of any shape, values in [0, 1]: what
            `MultiScaleGenerator.attention` returns.

    Returns:
        `result()`: dict of `"mean"`, `"standard_deviation"`, and
        `"detail_share"` and `"context_share"`, the shares of pixels above
        0.9 and below 0.1. All 0 before the first update.

    Reference:
        semst_tf design.
    """

    def __init__(self, name="attention_statistics", dtype=None):
        super().__init__(name=name, dtype=dtype)
        self.sums = self.add_variable(
            shape=(4,), initializer="zeros", dtype="float32", name="sums"
        )
        self.count = self.add_variable(
            shape=(), initializer="zeros", dtype="float32", name="count"
        )

    def update_state(self, attention, sample_weight=None):
        if sample_weight is not None:
            raise ValueError(
                "AttentionStatistics takes no weights. "
                f"Received: sample_weight={sample_weight!r}"
            )
        attention = ops.cast(ops.reshape(attention, (-1,)), "float32")
        pixels = ops.cast(ops.shape(attention)[0], "float32")
        values = ops.stack(
            [
                attention,
                ops.square(attention),
                ops.cast(attention > 0.9, "float32"),
                ops.cast(attention < 0.1, "float32"),
            ]
        )
        self.sums.assign_add(ops.sum(values, axis=1))
        self.count.assign_add(pixels)

    def result(self):
        means = ops.cast(self.sums / ops.maximum(self.count, 1.0), self.dtype)
        mean, square, detail, context = (means[place] for place in range(4))
        variance = ops.maximum(square - ops.square(mean), 0.0)
        return {
            "mean": mean,
            "standard_deviation": ops.sqrt(variance),
            "detail_share": detail,
            "context_share": context,
        }
