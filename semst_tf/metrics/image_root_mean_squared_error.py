"""Distance of translations from the images that belong to them."""

import keras
from keras import ops

from semst_tf.metrics.image_bytes import to_bytes
from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection


# Files know it by the name it had: Keras has a metric of that name, which
# means over the channels and over all images at once.
@keras.saving.register_keras_serializable(
    package="semst_tf", name="RootMeanSquaredError"
)
class ImageRootMeanSquaredError(
    KnowsDirection, keras.metrics.MeanMetricWrapper
):
    """Root mean squared error of each image, averaged over images.

    Squared differences of values from 0 to 255 are summed over the channels
    and averaged over the pixels, as in the published photo-to-map scores;
    a mean over the channels would be smaller by the root of their number.

    Args:
        name: string. Defaults to `"root_mean_squared_error"`.
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
            key="root_mean_squared_error",
            heading="RMSE",
            log_name="val_rmse",
            direction="down",
            digits=1,
        ),
    )

    def __init__(self, name="root_mean_squared_error", dtype=None):
        super().__init__(fn=_root_mean_squared_error, name=name, dtype=dtype)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def _root_mean_squared_error(y_true, y_pred):
    squares = ops.square(to_bytes(y_true) - to_bytes(y_pred))
    pixels = ops.sum(squares, axis=-1)
    return ops.sqrt(ops.mean(pixels, axis=(1, 2)))
