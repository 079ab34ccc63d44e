"""Likeness of structure in paired pictures."""

import keras

from semst_tf.metrics.image_bytes import to_bytes


@keras.saving.register_keras_serializable(package="semst_tf")
class StructuralSimilarity(keras.metrics.MeanMetricWrapper):
    """Structural similarity (SSIM) of each picture, averaged.

    TensorFlow computes it, whichever backend Keras uses.

    Args:
        name: string. Defaults to `"structural_similarity"`.
        dtype: Of the result.

    Call arguments of `update_state`:
        y_true: Tensor `(batch, height, width, channels)` in [-1, 1], at least
            11 pixels high and wide.
        y_pred: Tensor of the same shape: the translations.

    Returns:
        `result()`: at most 1, for equal pictures.

    Reference:
        Image Quality Assessment, Wang et al. 2004; `tf.image.ssim`.
    """

    def __init__(self, name="structural_similarity", dtype=None):
        super().__init__(fn=_similarity, name=name, dtype=dtype)

    def get_config(self):
        return {"name": self.name, "dtype": self.dtype}


def _similarity(y_true, y_pred):
    import tensorflow as tf

    return tf.image.ssim(to_bytes(y_true), to_bytes(y_pred), max_val=255.0)
