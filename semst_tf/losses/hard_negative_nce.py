"""PatchNCE in which negatives that resemble the key count more."""

import keras
from keras import ops

from semst_tf.losses.tokens import MASKED_LOGIT
from semst_tf.losses.tokens import float32_tokens
from semst_tf.losses.tokens import masked_logsumexp
from semst_tf.losses.tokens import matching_similarity
from semst_tf.losses.tokens import other_patches
from semst_tf.losses.tokens import pairwise_similarity
from semst_tf.losses.tokens import require_positive

WEIGHTINGS = ("importance", "similarity")


def gamma_schedule(progress, start, end):
    """Moves gamma linearly from `start` to `end` over the training.

    Args:
        progress: Float or scalar tensor in `[0, 1]`, the share of the training
            that is done. Values outside are clipped.
        start: Float, gamma at the beginning.
        end: Float, gamma at the end.

    Returns:
        Float32 scalar tensor.

    Reference:
        The curriculum of Hneg_SRC, Jung et al. 2022.
    """
    progress = ops.clip(ops.cast(progress, "float32"), 0.0, 1.0)
    return start + (end - start) * progress


def negative_patches(key, duplicate_threshold=None):
    """Which patches serve as negatives of which.

    Args:
        key: L2-normalised tokens of shape `(batch, patches, channels)`.
        duplicate_threshold: Float or `None`. Patches whose cosine is above it
            show the same surface and are no negatives of each other. Defaults
            to `None`, which keeps every other patch.

    Returns:
        Boolean tensor of shape `(batch, patches, patches)`, or
        `(1, patches, patches)` without a threshold.
    """
    negatives = other_patches(key)
    if duplicate_threshold is None:
        return negatives
    return negatives & (pairwise_similarity(key, key) <= duplicate_threshold)


def similarity_weights(key, gamma, negatives=None):
    """Weights in `(0, 1]` that the released Hneg_SRC puts on similarities.

    The softmax over the negatives of the key-to-key cosines divided by gamma,
    relative to its largest entry.

    Args:
        key: L2-normalised tokens of shape `(batch, patches, channels)`.
        gamma: Float or scalar tensor. The smaller, the more the weight
            concentrates on negatives that look like the patch.
        negatives: Boolean tensor that broadcasts to
            `(batch, patches, patches)`. Defaults to every other patch.

    Returns:
        Float32 tensor of shape `(batch, patches, patches)`, 0 where a pair is
        left out, without gradient.

    Reference:
        Hneg_SRC, Jung et al. 2022, as released.
    """
    negatives = other_patches(key) if negatives is None else negatives
    key = ops.stop_gradient(ops.cast(key, "float32"))
    relation = pairwise_similarity(key, key) / gamma
    relation = ops.where(negatives, relation, MASKED_LOGIT)
    largest = ops.max(relation, axis=-1, keepdims=True)
    return ops.where(negatives, ops.exp(relation - largest), 0.0)


def log_importance_weights(key, gamma, negatives=None):
    """Logarithm of `importance_weights`, for use inside a `logsumexp`."""
    negatives = other_patches(key) if negatives is None else negatives
    key = ops.stop_gradient(ops.cast(key, "float32"))
    relation = pairwise_similarity(key, key) / gamma
    total = masked_logsumexp(relation, negatives)
    count = ops.sum(ops.cast(negatives, "float32"), axis=-1)
    log_count = ops.log(ops.maximum(count, 1.0))
    log_weights = relation + ops.expand_dims(log_count - total, axis=-1)
    return ops.where(negatives, log_weights, MASKED_LOGIT)


def importance_weights(key, gamma, negatives=None):
    """Importance of every negative, with mean 1 over the negatives of a patch.

    Negatives are drawn, in expectation, from a density that grows as
    `exp(cosine / gamma)` around the source token of the patch.

    Args:
        key: L2-normalised tokens of shape `(batch, patches, channels)`.
        gamma: Float or scalar tensor, of the order of the spread of the
            cosines. The smaller, the harder the negatives.
        negatives: Boolean tensor that broadcasts to
            `(batch, patches, patches)`. Defaults to every other patch.

    Returns:
        Float32 tensor of shape `(batch, patches, patches)`, 0 where a pair is
        left out, without gradient.

    Reference:
        semst_tf design; the principle is that of Hneg_SRC (Jung et al. 2022),
        the additive form that of MoNCE (Zhan et al. 2022).
    """
    return ops.exp(log_importance_weights(key, gamma, negatives))


def hard_negative_nce(
    query,
    key,
    temperature=0.07,
    gamma=0.2,
    weighting="importance",
    duplicate_threshold=None,
):
    """Decoupled contrastive loss that stresses negatives like the patch.

    "Decoupled" means that the positive is not part of the denominator, so the
    value may be negative.

    Args:
        query: L2-normalised tokens of the translation, a tensor of shape
            `(batch, patches, channels)`.
        key: L2-normalised tokens of the source image, of the same shape. No
            gradient flows into them, nor into the weights made from them.
        temperature: Float, what the cosines are divided by. Defaults to
            `0.07`.
        gamma: Float or scalar tensor, see `importance_weights` and
            `similarity_weights`. Defaults to `0.2`.
        weighting: `"importance"` weights the negatives in the denominator;
            `"similarity"` multiplies their cosines, as Hneg_SRC was released.
            Defaults to `"importance"`.
        duplicate_threshold: Float or `None`. Patches of the source whose
            cosine is above it are no negatives of each other. Defaults to
            `None`.

    Returns:
        Float32 tensor of shape `(batch, patches)`; 0 for a patch that has no
        negative left.

    Raises:
        ValueError: If `weighting` is unknown, or the tensors are not tokens of
            the same shape.

    Reference:
        Hneg_SRC, Jung et al. 2022 (`"similarity"`); semst_tf design
        (`"importance"`, duplicates).
    """
    _check_weighting(weighting)
    query, key = float32_tokens(query, key)
    key = ops.stop_gradient(key)
    negatives = negative_patches(key, duplicate_threshold)
    cosines = pairwise_similarity(query, key)
    if weighting == "similarity":
        weights = similarity_weights(key, gamma, negatives)
        logits = weights * cosines / temperature
    else:
        log_weights = log_importance_weights(key, gamma, negatives)
        logits = cosines / temperature + log_weights
    positive = matching_similarity(query, key) / temperature
    loss = masked_logsumexp(logits, negatives) - positive
    return ops.where(ops.any(negatives, axis=-1), loss, 0.0)


def _check_weighting(weighting):
    if weighting not in WEIGHTINGS:
        raise ValueError(
            f"`weighting` must be one of {WEIGHTINGS}. "
            f"Received: weighting={weighting!r}"
        )


@keras.saving.register_keras_serializable(package="semst_tf")
class HardNegativeNCE(keras.losses.Loss):
    """Decoupled contrastive loss that stresses negatives like the patch.

    Args:
        temperature: Float, what the cosines are divided by. Defaults to
            `0.07`.
        gamma: Float, how hard the negatives are: the smaller, the harder.
            Defaults to `0.2`, which suits `"importance"`; the released
            `"similarity"` form was used with 50 to 1.
        weighting: `"importance"` or `"similarity"`, see `hard_negative_nce`.
            Defaults to `"importance"`.
        duplicate_threshold: Float or `None`. Patches of the source whose
            cosine is above it are no negatives of each other. Defaults to
            `None`.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: L2-normalised source tokens (keys) of shape
            `(batch, patches, channels)`. No gradient flows into them.
        y_pred: L2-normalised tokens of the translation (queries), same shape.
        gamma: Float or scalar tensor that replaces the gamma of the
            constructor, for a schedule. Only for `call()`, not for calling
            the object. Defaults to `None`.

    Returns:
        With `reduction=None` a float32 tensor of shape `(batch, patches)`;
        by default its mean.

    Raises:
        ValueError: If an argument is out of range or the shapes disagree.

    Example:

    >>> loss = semst_tf.losses.HardNegativeNCE(duplicate_threshold=0.98)
    >>> gamma = gamma_schedule(0.5, start=1.0, end=0.2)
    >>> per_patch = loss.call(key, query, gamma=gamma)

    Reference:
        Hneg_SRC, Jung et al. 2022 (`"similarity"`); semst_tf design
        (`"importance"`, duplicates).
    """

    def __init__(
        self,
        temperature=0.07,
        gamma=0.2,
        weighting="importance",
        duplicate_threshold=None,
        name="hard_negative_nce",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        require_positive("temperature", temperature)
        require_positive("gamma", gamma)
        _check_weighting(weighting)
        self.temperature = temperature
        self.gamma = gamma
        self.weighting = weighting
        self.duplicate_threshold = duplicate_threshold

    def call(self, y_true, y_pred, gamma=None):
        return hard_negative_nce(
            y_pred,
            y_true,
            temperature=self.temperature,
            gamma=self.gamma if gamma is None else gamma,
            weighting=self.weighting,
            duplicate_threshold=self.duplicate_threshold,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "temperature": self.temperature,
            "gamma": self.gamma,
            "weighting": self.weighting,
            "duplicate_threshold": self.duplicate_threshold,
        }
