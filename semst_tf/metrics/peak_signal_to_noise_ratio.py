"""Likeness of translations to the images that belong to them."""

import keras
from keras import ops

from semst_tf.metrics.image_bytes import to_bytes
from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection


@keras.saving.register_keras_serializable(package="semst_tf")
class PeakSignalToNoiseRatio(KnowsDirection, keras.metrics.MeanMetricWrapper):
    """Peak signal-to-noise ratio of each image in dB, averaged.

    Args:
        name: string. Defaults to `"peak_signal_to_noise_ratio"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Tensor `(batch, height, width, channels)` in [-1, 1].
        y_pred: Tensor of the same shape: the translations.

    Returns:
        `result()`: dB; infinite as soon as one image is equal to its
        reference.
    """

    scores = (
        Score(
            group="paired",
            key="psnr",
            heading="PSNR",
            log_name="val_psnr",
            direction="up",
            digits=1,
            in_tables=False,
        ),
    )

    def __init__(self, name="peak_signal_to_noise_ratio", dtype=None):
        super().__init__(fn=_ratio, name=name, dtype=dtype)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def _ratio(y_true, y_pred):
    squares = ops.square(to_bytes(y_true) - to_bytes(y_pred))
    error = ops.mean(squares, axis=(1, 2, 3))
    return 10.0 * ops.log10(255.0**2 / error)
