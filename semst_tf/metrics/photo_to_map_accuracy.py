"""Share of pixels of a map that are right."""

import keras
from keras import ops

from semst_tf.metrics.image_bytes import to_bytes
from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection


@keras.saving.register_keras_serializable(package="semst_tf")
class PhotoToMapAccuracy(KnowsDirection, keras.metrics.MeanMetricWrapper):
    """Share of pixels whose largest error over the channels is small.

    Args:
        threshold: float. Errors below it count as right; values are whole
            numbers from 0 to 255. Defaults to `5`.
        name: string. Defaults to `"photo_to_map_accuracy"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Tensor `(batch, height, width, channels)` in [-1, 1].
        y_pred: Tensor of the same shape: the translations.

    Reference:
        GcGAN, Fu et al. 2019 (photo to map).
    """

    scores = (
        Score(
            group="paired",
            key="photo_to_map_accuracy",
            heading="paired accuracy",
            log_name="val_paired_accuracy",
            direction="up",
        ),
    )

    def __init__(self, threshold=5, name="photo_to_map_accuracy", dtype=None):
        super().__init__(
            fn=_accuracy, name=name, dtype=dtype, threshold=threshold
        )
        self.threshold = threshold

    def get_config(self):
        return {
            "threshold": self.threshold,
            "name": self.name,
            "dtype": self.dtype,
        }


def _accuracy(y_true, y_pred, threshold):
    errors = ops.abs(to_bytes(y_true) - to_bytes(y_pred))
    right = ops.max(errors, axis=-1) < threshold
    return ops.mean(ops.cast(right, "float32"), axis=(1, 2))
