"""How much of one field is a smooth function of another."""

import math

import numpy as np
from keras import ops

from semst_tf.losses.tokens import float32_tokens

FEATURES = 64
# Few positions could be explained by so many features whatever they show, so
# that the ridge grows with features for each position.
RIDGE = 1e-3
RIDGE_OF_FEW = 0.1
# Differences of a source below this, in its own units, are taken for noise
# and not stretched; about six levels of 255 for colours in [-1, 1].
NOISE = 0.05


def correlation_ratio(source, output, seed=0):
    """The share of the output that is a function of the source.

    A smooth function of all channels of the source together, the best there
    is for this image, predicts every channel of the output; the ratio is
    the variance that it explains. Any consistent recolouring scores near 1,
    also one that tells two surfaces apart by their hue alone; what appears in
    the output without a reason in the source is not explained.

    Args:
        source: Tensor of shape `(batch, positions, channels)`.
        output: Tensor of shape `(batch, positions, channels)`, whose number
            of channels may differ.
        seed: Integer, of the random Fourier features that stand for all
            smooth functions. Defaults to `0`.

    Returns:
        Float32 tensor of shape `(batch,)` in `[0, 1)`, the mean over the
        channels of the output. A constant channel counts 0.

    Raises:
        ValueError: If the tensors are not tokens of the same positions.

    Reference:
        Correlation ratio of image registration, Roche et al. 1998; random
        features of Rahimi and Recht 2007; its use here is semst_tf design.
    """
    source, output = float32_tokens(source, output, same_channels=False)
    features = _features(_whitened(source), seed)
    output = output - ops.mean(output, axis=1, keepdims=True)
    moments = _second_moments(features, features)
    means = _second_moments(features, output)
    positions = ops.cast(ops.shape(source)[1], "float32")
    ridge = RIDGE + RIDGE_OF_FEW * FEATURES / positions
    weights = ops.solve(moments + ridge * ops.eye(FEATURES), means)
    explained = ops.sum(
        weights * (2.0 * means - ops.matmul(moments, weights)), axis=1
    )
    variance = ops.mean(ops.square(output), axis=1)
    return ops.mean(explained / (variance + 1e-4), axis=-1)


def _whitened(tokens):
    """Tokens to uncorrelated channels of variance 1, but for their noise."""
    tokens = tokens - ops.mean(tokens, axis=1, keepdims=True)
    covariance = _second_moments(tokens, tokens)
    covariance = covariance + NOISE**2 * ops.eye(tokens.shape[-1])
    rows = ops.solve_triangular(
        ops.cholesky(covariance), ops.transpose(tokens, (0, 2, 1)), lower=True
    )
    return ops.transpose(rows, (0, 2, 1))


def _features(tokens, seed):
    """Random Fourier features of a Gaussian kernel of width 1, centred."""
    generator = np.random.default_rng(seed)
    shape = (tokens.shape[-1], FEATURES)
    frequencies = generator.normal(size=shape).astype("float32")
    phases = generator.uniform(0, 2 * math.pi, FEATURES).astype("float32")
    waves = ops.cos(
        ops.matmul(tokens, ops.convert_to_tensor(frequencies)) + phases
    )
    return waves - ops.mean(waves, axis=1, keepdims=True)


def _second_moments(first, second):
    """Means over the positions of all products of two channels."""
    products = ops.matmul(ops.transpose(first, (0, 2, 1)), second)
    return products / ops.cast(ops.shape(first)[1], "float32")
