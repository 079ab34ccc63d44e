"""What the losses on tokens share: checks, similarities and masks."""

from keras import ops

# The logit of a pair that is left out: exp() of it is exactly zero in float32,
# and unlike -inf it stays finite when a whole row is left out.
MASKED_LOGIT = -1e9


def float32_tokens(query, key, same_channels=True):
    """Checks a pair of token tensors and casts both to float32.

    Args:
        query: Tensor of shape `(batch, patches, channels)`.
        key: Tensor of the same shape.
        same_channels: Whether the channels must agree too. Defaults to `True`.

    Returns:
        The tuple `(query, key)` in float32.

    Raises:
        ValueError: If a tensor has another rank, or the shapes disagree.
    """
    query = ops.cast(query, "float32")
    key = ops.cast(key, "float32")
    compared = 3 if same_channels else 2
    if len(query.shape) != 3 or len(key.shape) != 3:
        agree = False
    else:
        pairs = zip(query.shape[:compared], key.shape[:compared])
        agree = all(a is None or b is None or a == b for a, b in pairs)
    if not agree:
        raise ValueError(
            "Query and key must be tokens of matching shape `(batch, patches, "
            f"channels)`. Received: query.shape={tuple(query.shape)}, "
            f"key.shape={tuple(key.shape)}"
        )
    return query, key


def require_positive(name, value):
    """Raises a `ValueError` if a Python number is not above zero."""
    if isinstance(value, (int, float)) and not value > 0:
        raise ValueError(
            f"`{name}` must be greater than 0. Received: {name}={value}"
        )


def centered(tokens):
    """Subtracts from each image's tokens their mean."""
    return tokens - ops.mean(tokens, axis=1, keepdims=True)


def pairwise_similarity(rows, columns):
    """Inner products within each image.

    Args:
        rows: Tensor of shape `(batch, patches, channels)`.
        columns: Tensor of the same shape.

    Returns:
        Tensor of shape `(batch, patches, patches)`.
    """
    return ops.matmul(rows, ops.transpose(columns, (0, 2, 1)))


def matching_similarity(query, key):
    """Inner products of the tokens at the same place, `(batch, patches)`."""
    return ops.sum(query * key, axis=-1)


def other_patches(tokens):
    """Boolean `(1, patches, patches)`: true off the diagonal."""
    index = ops.arange(ops.shape(tokens)[1])
    return ops.expand_dims(index[:, None] != index[None, :], axis=0)


def masked_logsumexp(logits, mask):
    """`logsumexp` over the last axis of the entries where `mask` is true."""
    return ops.logsumexp(ops.where(mask, logits, MASKED_LOGIT), axis=-1)
