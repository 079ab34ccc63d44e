"""PatchNCE, the contrastive loss of CUT."""

import keras
from keras import ops

from semst_tf.losses.tokens import float32_tokens
from semst_tf.losses.tokens import masked_logsumexp
from semst_tf.losses.tokens import matching_similarity
from semst_tf.losses.tokens import other_patches
from semst_tf.losses.tokens import pairwise_similarity
from semst_tf.losses.tokens import require_positive


def patch_nce(query, key, temperature=0.07):
    """Contrastive loss of each patch against the other patches of its image.

    The patch at the same place is the positive, every other patch of the same
    image is a negative. The gradient flows into the query only.

    Args:
        query: L2-normalised tokens of the translation, a tensor of shape
            `(batch, patches, channels)`.
        key: L2-normalised tokens of the source image, of the same shape.
        temperature: Float, what the cosines are divided by. Defaults to
            `0.07`.

    Returns:
        Float32 tensor of shape `(batch, patches)`, each at least 0; with one
        patch, and so without a negative, it is 0.

    Raises:
        ValueError: If the tensors are not tokens of the same shape.

    Reference:
        CUT, Park et al. 2020.
    """
    query, key = float32_tokens(query, key)
    key = ops.stop_gradient(key)
    logits = pairwise_similarity(query, key) / temperature
    positive = matching_similarity(query, key) / temperature
    negative = masked_logsumexp(logits, other_patches(query))
    return ops.logaddexp(positive, negative) - positive


@keras.saving.register_keras_serializable(package="semst_tf")
class PatchNCE(keras.losses.Loss):
    """Contrastive loss between corresponding patches of two images.

    Args:
        temperature: Float, what the cosines are divided by. Defaults to
            `0.07`.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: L2-normalised source tokens (keys) of shape
            `(batch, patches, channels)`. No gradient flows into them.
        y_pred: L2-normalised tokens of the translation (queries), same shape.

    Returns:
        With `reduction=None` a float32 tensor of shape `(batch, patches)`;
        by default its mean.

    Raises:
        ValueError: If `temperature` is not positive or the shapes disagree.

    Example:

    >>> tokens = keras.ops.one_hot(keras.ops.arange(4), 8)[None]
    >>> loss = semst_tf.losses.PatchNCE()(tokens, tokens)

    Reference:
        CUT, Park et al. 2020.
    """

    def __init__(self, temperature=0.07, name="patch_nce", **kwargs):
        super().__init__(name=name, **kwargs)
        require_positive("temperature", temperature)
        self.temperature = temperature

    def call(self, y_true, y_pred):
        return patch_nce(y_pred, y_true, self.temperature)

    def get_config(self):
        return {**super().get_config(), "temperature": self.temperature}
