"""Vectors of length 1, and what becomes of those that have none."""

from keras import ops


def unit_length(tokens):
    """L2-normalises the last axis; tokens shorter than 1e-4 fade to 0.

    Args:
        tokens: Tensor `(..., channels)`.

    Returns:
        Tensor of the same shape.
    """
    squared_norm = ops.sum(ops.square(tokens), axis=-1, keepdims=True)
    return tokens * ops.rsqrt(ops.maximum(squared_norm, 1e-8))


def unit_length_as_cut(tokens):
    """Returns tokens divided by their length, in float32.

    Args:
        tokens: Tensor `(..., channels)`.

    Returns:
        Float32 tensor of the same shape; 1e-7 is added to the length, as in
        CUT, so that a zero token stays zero.
    """
    tokens = ops.cast(tokens, "float32")
    squares = ops.sum(ops.square(tokens), axis=-1, keepdims=True)
    # The root of zero has an infinite gradient.
    length = ops.sqrt(ops.maximum(squares, 1e-24))
    return tokens / (length + 1e-7)


def soft_unit_length(field, softness):
    """Divides by `sqrt(|field|^2 + softness)` over the last axis.

    Vectors much longer than `sqrt(softness)` get length 1, shorter ones fade
    to 0, so that noise is not amplified.
    """
    squared_norm = ops.sum(ops.square(field), axis=-1, keepdims=True)
    return field * ops.rsqrt(squared_norm + softness)
