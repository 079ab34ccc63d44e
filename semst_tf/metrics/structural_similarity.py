"""Likeness of structure in paired images."""

import keras
import numpy as np
from keras import ops

from semst_tf.metrics.image_bytes import to_bytes
from semst_tf.metrics.score import Score
from semst_tf.ops.private_api import KnowsDirection


@keras.saving.register_keras_serializable(package="semst_tf")
class StructuralSimilarity(KnowsDirection, keras.metrics.MeanMetricWrapper):
    """Structural similarity (SSIM) of each image, averaged.

    Args:
        name: string. Defaults to `"structural_similarity"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Tensor `(batch, height, width, channels)` in [-1, 1], at least
            11 pixels high and wide.
        y_pred: Tensor of the same shape: the translations.

    Returns:
        `result()`: at most 1, for equal images.

    Reference:
        Image Quality Assessment, Wang et al. 2004; `tf.image.ssim`.
    """

    scores = (
        Score(
            group="paired",
            key="ssim",
            heading="SSIM",
            log_name="val_ssim",
            direction="up",
        ),
    )

    def __init__(self, name="structural_similarity", dtype=None):
        super().__init__(fn=_similarity, name=name, dtype=dtype)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def _similarity(y_true, y_pred):
    x, y = to_bytes(y_true), to_bytes(y_pred)
    # Constants of the paper for 256 levels.
    small, large = (0.01 * 255.0) ** 2, (0.03 * 255.0) ** 2
    mean_x, mean_y = _blurred(x), _blurred(y)
    product, squares = mean_x * mean_y, mean_x**2 + mean_y**2
    covariance = _blurred(x * y) - product
    variances = _blurred(x**2 + y**2) - squares
    similarity = (2.0 * product + small) / (squares + small)
    similarity *= (2.0 * covariance + large) / (variances + large)
    return ops.mean(similarity, axis=(1, 2, 3))


def _blurred(images):
    """Means under a Gaussian of 11 x 11 pixels, where it fits inside."""
    places = np.arange(11) - 5
    weights = np.exp(-(places**2) / (2 * 1.5**2))
    weights = (weights / weights.sum()).astype("float32")
    for shape in ((11, 1, 1, 1), (1, 11, 1, 1)):
        kernel = ops.tile(
            ops.reshape(weights, shape), (1, 1, images.shape[-1], 1)
        )
        images = ops.depthwise_conv(images, kernel, padding="valid")
    return images
