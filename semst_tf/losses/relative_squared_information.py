import numpy as np
from keras import ops

from semst_tf.losses.tokens import float32_tokens

CENTRES = np.linspace(-2.0, 2.0, 9, dtype="float32")
KERNEL_WIDTH = 0.5
REGULARISATION = 0.01
MIXTURE = 0.5


def relative_squared_information(source, output):
    """Relative squared-loss mutual information of pairs of scalar maps.

    Every channel is one scalar map. Maps are standardised per image, so the
    value does not change when a map is scaled, shifted or inverted, and a
    saturated or two-colour output scores below the source itself.

    Args:
        source: Tensor of shape `(batch, positions, channels)`.
        output: Tensor of the same shape; a channel is compared with the same
            channel of the source.

    Returns:
        Float32 tensor of shape `(batch,)`, the mean over the channels. 0 for
        independent maps, where the estimate may be slightly negative, below
        1 for dependent ones.

    Raises:
        ValueError: If the tensors are not tokens of the same shape.

    Reference:
        Estimator of SCC, Guo et al. 2022; standardisation, Gaussian kernel and
        its width are semst_tf design.
    """
    source, output = float32_tokens(source, output)
    source_basis = _gaussian_basis(source)
    output_basis = _gaussian_basis(output)
    moments, means = _second_moments(source_basis, output_basis)
    regularised = moments + REGULARISATION * ops.eye(moments.shape[-1])
    weights = ops.solve(regularised, means)
    quadratic = ops.sum(weights * ops.matmul(moments, weights), axis=(2, 3))
    linear = ops.sum(weights * means, axis=(2, 3))
    return ops.mean(2.0 * linear - quadratic - 1.0, axis=-1)


def _gaussian_basis(maps):
    """Maps `(batch, positions, channels)` to `(batch, channels, positions, 9)`.

    The floor of the variance, a standard deviation of 0.001, keeps the noise
    of a flat map from being stretched to full contrast.
    """
    maps = ops.transpose(maps, (0, 2, 1))
    mean = ops.mean(maps, axis=-1, keepdims=True)
    variance = ops.mean(ops.square(maps - mean), axis=-1, keepdims=True)
    standard = (maps - mean) * ops.rsqrt(variance + 1e-6)
    standard = ops.clip(standard, -3.0, 3.0)
    distance = ops.expand_dims(standard, axis=-1) - ops.convert_to_tensor(
        CENTRES
    )
    return ops.exp(-0.5 * ops.square(distance / KERNEL_WIDTH))


def _second_moments(source_basis, output_basis):
    """Moments of the 81 products of basis functions.

    Returns:
        The second moments under the mixture of the independent and the joint
        distribution, `(batch, channels, 81, 81)`, and the means under the
        independent one, `(batch, channels, 81, 1)`.
    """
    batch, channels, positions, size = ops.shape(source_basis)
    joint = source_basis[..., :, None] * output_basis[..., None, :]
    joint = ops.reshape(joint, (batch, channels, positions, size * size))
    joint_moments = _average_outer_product(joint)
    # Independence factorises, so two 9 x 9 matrices are enough for that part.
    independent_moments = ops.einsum(
        "bcik,bcjl->bcijkl",
        _average_outer_product(source_basis),
        _average_outer_product(output_basis),
    )
    independent_moments = ops.reshape(
        independent_moments, (batch, channels, size * size, size * size)
    )
    moments = MIXTURE * independent_moments + (1 - MIXTURE) * joint_moments
    source_mean = ops.mean(source_basis, axis=2)
    output_mean = ops.mean(output_basis, axis=2)
    means = source_mean[..., :, None] * output_mean[..., None, :]
    return moments, ops.reshape(means, (batch, channels, size * size, 1))


def _average_outer_product(basis):
    positions = ops.cast(ops.shape(basis)[2], "float32")
    products = ops.matmul(ops.transpose(basis, (0, 1, 3, 2)), basis)
    return products / positions
