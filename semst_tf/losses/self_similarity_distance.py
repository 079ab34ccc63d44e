"""Whether places of an image resemble each other as they did in the source."""

import keras
from keras import ops

from semst_tf.losses.tokens import centered
from semst_tf.losses.tokens import float32_tokens
from semst_tf.losses.tokens import pairwise_similarity
from semst_tf.ops.unit_length import unit_length


def self_similarity_distance(query, key, center=True):
    """Mean absolute difference of two self-similarity matrices.

    It compares each image with itself only, so that what a material looks
    like may change as long as it changes everywhere.

    Args:
        query: Tokens of the output `(batch, positions, channels)`.
        key: Tokens of the source at the same places, of the same shape. No
            gradient flows into them.
        center: bool. Whether the mean token of each image is subtracted
            before. Defaults to `True`.

    Returns:
        Float32 tensor of shape `(batch,)`, from 0 to 2.

    Raises:
        ValueError: If the tensors are not tokens of the same shape.

    Reference:
        F/LSeSim, Zheng et al. 2021 (global self-similarity, L1).
    """
    query, key = float32_tokens(query, key)
    key = ops.stop_gradient(key)
    if center:
        query, key = centered(query), centered(key)
    query, key = unit_length(query), unit_length(key)
    difference = pairwise_similarity(query, query) - pairwise_similarity(
        key, key
    )
    return ops.mean(ops.abs(difference), axis=(1, 2))


@keras.saving.register_keras_serializable(package="semst_tf")
class SelfSimilarityDistance(keras.losses.Loss):
    """`self_similarity_distance` as a loss.

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

    def __init__(self, center=True, name="self_similarity_distance", **kwargs):
        super().__init__(name=name, **kwargs)
        self.center = center

    def call(self, y_true, y_pred):
        return self_similarity_distance(y_pred, y_true, self.center)

    def get_config(self):
        return {**super().get_config(), "center": self.center}
