"""Semantic relation consistency, of Hneg_SRC."""

import math

import keras
from keras import ops

from semst_tf.losses.tokens import float32_tokens
from semst_tf.losses.tokens import pairwise_similarity
from semst_tf.losses.tokens import require_positive
from semst_tf.ops.unit_length import unit_length


def semantic_relation(query, key, temperature=1.0):
    """How far the relations between patches differ between two images.

    A row of relations is the softmax of the cosines of one patch to all
    patches of its image, itself included. Rows of the two images are compared
    by the Jensen-Shannon divergence. The tokens are L2-normalised here. The
    gradient flows into the query only.

    Args:
        query: Tokens of the translation, a tensor of shape
            `(batch, patches, channels)`.
        key: Tokens of the source image, of the same shape.
        temperature: Float, what the cosines are divided by. Defaults to `1.0`.

    Returns:
        Float32 tensor of shape `(batch,)`: the sum over the rows, in nats, so
        it grows with the number of patches. 0 if the relations agree.

    Raises:
        ValueError: If the tensors are not tokens of the same shape.

    Reference:
        Hneg_SRC, Jung et al. 2022.
    """
    query, key = float32_tokens(query, key)
    query, key = unit_length(query), unit_length(ops.stop_gradient(key))
    log_p = ops.log_softmax(pairwise_similarity(key, key) / temperature)
    log_q = ops.log_softmax(pairwise_similarity(query, query) / temperature)
    log_mean = ops.logaddexp(log_p, log_q) - math.log(2.0)
    divergence = 0.5 * (
        ops.exp(log_p) * (log_p - log_mean)
        + ops.exp(log_q) * (log_q - log_mean)
    )
    return ops.sum(divergence, axis=(1, 2))


@keras.saving.register_keras_serializable(package="semst_tf")
class SemanticRelation(keras.losses.Loss):
    """Keeps the relations between the patches of an image.

    Args:
        temperature: Float, what the cosines are divided by. Defaults to `1.0`.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: Source tokens of shape `(batch, patches, channels)`. No
            gradient flows into them.
        y_pred: Tokens of the translation, same shape.

    Returns:
        With `reduction=None` a float32 tensor of shape `(batch,)`, summed over
        the patches; by default its mean over the batch.

    Raises:
        ValueError: If `temperature` is not positive or the shapes disagree.

    Reference:
        Hneg_SRC, Jung et al. 2022.
    """

    def __init__(self, temperature=1.0, name="semantic_relation", **kwargs):
        super().__init__(name=name, **kwargs)
        require_positive("temperature", temperature)
        self.temperature = temperature

    def call(self, y_true, y_pred):
        return semantic_relation(y_pred, y_true, self.temperature)

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature}
