import numpy as np
from keras import ops

from semst_tf.losses.tokens import float32_tokens


def unit_prototypes(count, channels, seed=0):
    """Fixed random directions that tokens are assigned to.

    Args:
        count: Integer, the number of prototypes.
        channels: Integer, the channels of the tokens.
        seed: Integer. Equal arguments give equal prototypes. Defaults to `0`.

    Returns:
        Float32 array of shape `(count, channels)` with rows of length 1.
    """
    generator = np.random.default_rng((seed, channels))
    prototypes = generator.standard_normal((count, channels))
    lengths = np.linalg.norm(prototypes, axis=-1, keepdims=True)
    return (prototypes / lengths).astype("float32")


def soft_assignment(tokens, prototypes, temperature=0.1):
    """Probabilities with which each token belongs to each prototype.

    Args:
        tokens: Tensor of shape `(batch, positions, channels)`, of length about
            1 at most.
        prototypes: Tensor of shape `(count, channels)`, rows of length 1.
        temperature: Float, what the inner products are divided by. Defaults to
            `0.1`.

    Returns:
        Float32 tensor of shape `(batch, positions, count)`; sums to 1 over the
        last axis.
    """
    tokens = ops.cast(tokens, "float32")
    similarity = ops.matmul(tokens, ops.transpose(prototypes))
    return ops.softmax(similarity / temperature, axis=-1)


def joint_histogram_information(source_codes, output_codes):
    """Mutual information of two soft codes over the positions of an image.

    It does not change when the codes of one side are renumbered: a consistent
    change of every class into another is free, a mixture is not.

    Args:
        source_codes: Probabilities over the last axis, a tensor of shape
            `(batch, positions, source_classes)`.
        output_codes: The same for the output, of shape
            `(batch, positions, output_classes)`.

    Returns:
        Float32 tensor of shape `(batch,)`, in nats, from 0 to the logarithm of
        the smaller number of classes.

    Raises:
        ValueError: If a tensor has another rank or the positions disagree.

    Reference:
        semst_tf design.
    """
    source_codes, output_codes = float32_tokens(
        source_codes, output_codes, same_channels=False
    )
    positions = ops.cast(ops.shape(source_codes)[1], "float32")
    joint = ops.matmul(ops.transpose(source_codes, (0, 2, 1)), output_codes)
    joint = joint / positions
    source_share = ops.sum(joint, axis=2, keepdims=True)
    output_share = ops.sum(joint, axis=1, keepdims=True)
    log_ratio = (
        _safe_log(joint) - _safe_log(source_share) - _safe_log(output_share)
    )
    return ops.sum(joint * log_ratio, axis=(1, 2))


def _safe_log(probability):
    return ops.log(ops.maximum(probability, 1e-12))
