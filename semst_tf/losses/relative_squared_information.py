"""Relative squared-loss mutual information of fields."""

import math

import numpy as np
from keras import ops

from semst_tf.losses.tokens import float32_tokens

CENTRES = np.linspace(-2.0, 2.0, 9, dtype="float32")
KERNEL_WIDTH = 0.5
# The product of two of the Gaussians is a narrower one in the middle between
# them, times a factor. With centres at equal distances 17 such Gaussians stand
# for all 81 products, and 17 x 17 means for all 81 x 81 second moments.
MIDDLES = np.linspace(-2.0, 2.0, 17, dtype="float32")
MIDDLE_WIDTH = KERNEL_WIDTH / math.sqrt(2.0)
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
    source, output = _standard_maps(source), _standard_maps(output)
    moments = _second_moments(source, output)
    means = _means(source, output)
    regularised = moments + REGULARISATION * ops.eye(moments.shape[-1])
    weights = ops.solve(regularised, means)
    quadratic = ops.sum(weights * ops.matmul(moments, weights), axis=(2, 3))
    linear = ops.sum(weights * means, axis=(2, 3))
    return ops.mean(2.0 * linear - quadratic - 1.0, axis=-1)


def _standard_maps(tokens):
    """Tokens to maps `(batch, channels, 1, positions)` of mean 0, variance 1.

    The floor of the variance, a standard deviation of 0.001, keeps the noise
    of a flat map from being stretched to full contrast.
    """
    maps = ops.transpose(tokens, (0, 2, 1))
    mean = ops.mean(maps, axis=-1, keepdims=True)
    variance = ops.mean(ops.square(maps - mean), axis=-1, keepdims=True)
    standard = (maps - mean) * ops.rsqrt(variance + 1e-6)
    return ops.expand_dims(ops.clip(standard, -3.0, 3.0), axis=2)


def _gaussians(maps, centres, width):
    """Values of Gaussians, `(batch, channels, centres, positions)`."""
    distance = maps - ops.convert_to_tensor(centres[:, None])
    return ops.exp(-0.5 * ops.square(distance / width))


def _means(source, output):
    """Means of the 81 products of basis functions of independent maps.

    Returns:
        Tensor `(batch, channels, 81, 1)`.
    """
    source, output = (
        ops.mean(_gaussians(maps, CENTRES, KERNEL_WIDTH), axis=-1)
        for maps in (source, output)
    )
    means = source[..., :, None] * output[..., None, :]
    return _flat(means)[..., None]


def _second_moments(source, output):
    """Second moments of the 81 products of basis functions.

    Returns:
        Tensor `(batch, channels, 81, 81)`: under the mixture of the
        independent and the joint distribution.
    """
    source, output = (
        _gaussians(maps, MIDDLES, MIDDLE_WIDTH) for maps in (source, output)
    )
    positions = ops.cast(ops.shape(source)[-1], "float32")
    joint = ops.matmul(source, ops.transpose(output, (0, 1, 3, 2)))
    joint = joint / positions
    source_mean = ops.mean(source, axis=-1)
    output_mean = ops.mean(output, axis=-1)
    # Independence factorises.
    independent = source_mean[..., :, None] * output_mean[..., None, :]
    moments = MIXTURE * independent + (1 - MIXTURE) * joint
    index, factor = _pairs_of_products()
    moments = ops.take(_flat(moments), index.reshape(-1), axis=-1)
    size = len(index)
    batch, channels = ops.shape(moments)[:2]
    return ops.reshape(moments, (batch, channels, size, size)) * factor


def _pairs_of_products():
    """Where the moment of two products of basis functions is, and its factor.

    The product of functions i of the source and j of the output, times that
    of k and l, has the Gaussians of the middles i + k and j + l.

    Returns:
        Pair of arrays `(81, 81)`, of flat indices of middles and of factors.
    """
    size = len(CENTRES)
    steps = np.arange(size)
    middle = steps[:, None] + steps[None, :]
    apart = (CENTRES[:, None] - CENTRES[None, :]) / KERNEL_WIDTH
    factor = np.exp(-0.25 * np.square(apart))
    index = (
        len(MIDDLES) * middle[:, None, :, None] + middle[None, :, None, :]
    ).reshape(size**2, size**2)
    return index.astype("int32"), np.kron(factor, factor).astype("float32")


def _flat(matrices):
    """Joins the last two axes."""
    batch, channels, rows, columns = ops.shape(matrices)
    return ops.reshape(matrices, (batch, channels, rows * columns))
