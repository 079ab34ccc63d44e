"""InfoNCE that expects like places of the source to stay alike."""

import keras
from keras import ops

from semst_tf.losses.tokens import centered
from semst_tf.losses.tokens import float32_tokens
from semst_tf.losses.tokens import pairwise_similarity
from semst_tf.losses.tokens import require_positive
from semst_tf.ops.unit_length import unit_length


def soft_info_nce(query, key, temperature=0.1, center=True):
    """Divergence of whom a place resembles from whom it resembled.

    Where InfoNCE asks every token of the translation to resemble the token at
    its own place and no other one, this asks it to resemble all tokens of the
    source as much as the token at its place did: two places of one road are no
    negatives of each other. With tokens `s` of the source and `o` of the
    output, both of unit length, it is the mean over places of
    `KL(softmax(s s' / t) || softmax(o s' / t))`.

    Args:
        query: Tokens of the output `(batch, positions, channels)`.
        key: Tokens of the source at the same places, of the same shape. No
            gradient flows into them.
        temperature: float, what the cosines are divided by. Defaults to
            `0.1`.
        center: bool. Whether the mean token of each image is subtracted
            before, so that a tint or lighting common to all places does not
            count; without, tokens know their absolute material. Defaults to
            `True`.

    Returns:
        Float32 tensor of shape `(batch,)`, at least 0, and 0 for equal tokens.

    Raises:
        ValueError: If the tensors are not tokens of the same shape, or the
            temperature is not above zero.

    Reference:
        semst_tf design; InfoNCE after van den Oord et al. 2018, with the
        self-similarity of the source as soft labels.
    """
    require_positive("temperature", temperature)
    query, key = float32_tokens(query, key)
    key = ops.stop_gradient(key)
    if center:
        query, key = centered(query), centered(key)
    query, key = unit_length(query), unit_length(key)
    expected = ops.log_softmax(pairwise_similarity(key, key) / temperature)
    found = ops.log_softmax(pairwise_similarity(query, key) / temperature)
    divergence = ops.sum(ops.exp(expected) * (expected - found), axis=-1)
    return ops.mean(divergence, axis=-1)


@keras.saving.register_keras_serializable(package="semst_tf")
class SoftInfoNCE(keras.losses.Loss):
    """`soft_info_nce` as a loss.

    Args:
        temperature: float. Defaults to `0.1`.
        center: bool. Defaults to `True`.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: Tokens of the source `(batch, positions, channels)`.
        y_pred: Tokens of the translation at the same places.

    Returns:
        With `reduction=None` a float32 tensor of shape `(batch,)`; by default
        its mean.
    """

    def __init__(
        self, temperature=0.1, center=True, name="soft_info_nce", **kwargs
    ):
        super().__init__(name=name, **kwargs)
        require_positive("temperature", temperature)
        self.temperature = temperature
        self.center = center

    def call(self, y_true, y_pred):
        return soft_info_nce(y_pred, y_true, self.temperature, self.center)

    def get_config(self):
        return {
            **super().get_config(),
            "temperature": self.temperature,
            "center": self.center,
        }
