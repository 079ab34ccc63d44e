"""How far the tokens of a translation turned from those of the source."""

import keras
from keras import ops

from semst_tf.losses.tokens import centered
from semst_tf.losses.tokens import float32_tokens
from semst_tf.losses.tokens import matching_similarity
from semst_tf.ops.unit_length import unit_length


def cosine_distance(query, key, center=True):
    """One minus the cosine of the tokens at the same place.

    Args:
        query: Tokens of the output `(batch, positions, channels)`.
        key: Tokens of the source at the same places, of the same shape. No
            gradient flows into them.
        center: bool. Whether the mean token of each image is subtracted
            before. Defaults to `True`.

    Returns:
        Float32 tensor of shape `(batch,)`, from 0 to 2. A token of length
        zero, as of a flat image that is centered, counts as 1.

    Raises:
        ValueError: If the tensors are not tokens of the same shape.
    """
    query, key = float32_tokens(query, key)
    key = ops.stop_gradient(key)
    if center:
        query, key = centered(query), centered(key)
    cosines = matching_similarity(unit_length(query), unit_length(key))
    return ops.mean(1.0 - cosines, axis=-1)


@keras.saving.register_keras_serializable(package="semst_tf")
class CosineDistance(keras.losses.Loss):
    """`cosine_distance` as a loss.

    Args:
        center: bool. Defaults to `True`.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: Tokens of the source `(batch, positions, channels)`.
        y_pred: Tokens of the translation at the same places.

    Returns:
        With `reduction=None` a float32 tensor of shape `(batch,)`; by default
        its mean.
    """

    def __init__(self, center=True, name="cosine_distance", **kwargs):
        super().__init__(name=name, **kwargs)
        self.center = center

    def call(self, y_true, y_pred):
        return cosine_distance(y_pred, y_true, self.center)

    def get_config(self):
        return {**super().get_config(), "center": self.center}
