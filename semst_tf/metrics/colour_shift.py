"""How far the mean colour of images moves in translation."""

import keras
from keras import ops

from semst_tf.metrics.image_bytes import to_bytes
from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection


@keras.saving.register_keras_serializable(package="semst_tf")
class ColourShift(KnowsDirection, keras.metrics.MeanMetricWrapper):
    """Distance of the mean colours of source and translation.

    A diagnostic: translations have to change colours. Two runs of equal
    likeness to the target that differ here tint their images differently.

    Args:
        name: string. Defaults to `"colour_shift"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Source images `(batch, height, width, channels)` in [-1, 1].
        y_pred: Their translations, of as many channels.

    Returns:
        `result()`: Euclidean distance in whole pixel values, 0 to
        `255 * sqrt(channels)`, averaged over images.

    Reference:
        semst_tf design.
    """

    scores = (
        Score(
            group="diagnostics",
            key="colour_shift",
            heading="colour shift",
            log_name="val_colour_shift",
            direction="down",
            digits=1,
        ),
    )

    def __init__(self, name="colour_shift", dtype=None):
        super().__init__(fn=_colour_shift, name=name, dtype=dtype)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def _colour_shift(y_true, y_pred):
    first, second = (
        ops.mean(to_bytes(images), axis=(1, 2)) for images in (y_true, y_pred)
    )
    return ops.sqrt(ops.sum(ops.square(first - second), axis=-1))
