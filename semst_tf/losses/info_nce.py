"""InfoNCE between tokens of the same places."""

from keras import ops

from semst_tf.losses.tokens import float32_tokens
from semst_tf.losses.tokens import masked_logsumexp
from semst_tf.losses.tokens import matching_similarity
from semst_tf.losses.tokens import other_patches
from semst_tf.losses.tokens import pairwise_similarity
from semst_tf.ops.unit_length import unit_length


def negative_mask(
    tokens, positions=None, exclusion_radius=2, duplicate_threshold=None
):
    """Which positions of an image serve as negatives of which.

    Args:
        tokens: Tensor of shape `(batch, positions, channels)`, of any length.
        positions: Integer grid coordinates of shape `(positions, 2)`, or
            `(batch, positions, 2)` where each image has its own. With them,
            positions within `exclusion_radius` of each other are left out,
            because their windows overlap. Defaults to `None`.
        exclusion_radius: Integer, in grid cells, Chebyshev distance. Defaults
            to `2`.
        duplicate_threshold: Float or `None`. Positions whose tokens have a
            cosine above it look the same and are left out. Defaults to `None`.

    Returns:
        Boolean tensor that broadcasts to `(batch, positions, positions)`,
        symmetric and false on the diagonal.
    """
    mask = other_patches(tokens)
    if positions is not None:
        if len(positions.shape) == 2:
            positions = positions[None]
        steps = ops.abs(positions[:, :, None, :] - positions[:, None, :, :])
        mask = mask & (ops.max(steps, axis=-1) > exclusion_radius)
    if duplicate_threshold is not None:
        tokens = unit_length(ops.cast(tokens, "float32"))
        cosines = pairwise_similarity(tokens, tokens)
        mask = mask & (cosines <= duplicate_threshold)
    return mask


def info_nce(query, key, temperature=0.1, negative_mask=None):
    """Contrastive bound on the mutual information of two fields.

    The tokens are L2-normalised here. Without a mask, `log(positions)` minus
    the mean of the result is a lower bound of the mutual information in nats;
    with one it is a score.

    Args:
        query: Tensor of shape `(batch, positions, channels)`.
        key: Tensor of the same shape. It is not detached here.
        temperature: Float, what the cosines are divided by. Defaults to `0.1`.
        negative_mask: Boolean tensor that broadcasts to
            `(batch, positions, positions)`, true where the key of a column is
            a negative of the query of a row; the diagonal is ignored.
            Defaults to `None`, every other position.

    Returns:
        Float32 tensor of shape `(batch, positions)`, each at least 0, and 0
        where no negative is left.

    Raises:
        ValueError: If the tensors are not tokens of the same shape.

    Reference:
        Contrastive predictive coding, van den Oord et al. 2018.
    """
    query, key = float32_tokens(query, key)
    query, key = unit_length(query), unit_length(key)
    negatives = other_patches(query)
    if negative_mask is not None:
        negatives = negatives & negative_mask
    logits = pairwise_similarity(query, key) / temperature
    positive = matching_similarity(query, key) / temperature
    negative = masked_logsumexp(logits, negatives)
    return ops.logaddexp(positive, negative) - positive
