"""Fixed random projection of fields of many channels to few."""

import numpy as np
from keras import ops


def random_projection(field, maps=8, seed=0):
    """Projects a field to scalar maps along fixed random directions.

    The `"rsmi"` estimator of `MutualInformation` compares scalar maps; this
    makes a few of them from a field with many channels, the same way each time.

    Args:
        field: Tensor of shape `(..., channels)`.
        maps: Integer, the number of scalar maps. Defaults to `8`.
        seed: Integer. Equal seeds give equal directions. Defaults to `0`.

    Returns:
        Float32 tensor of shape `(..., maps)`.

    Raises:
        ValueError: If `maps` is below 1.

    Reference:
        semst_tf design.
    """
    if maps < 1:
        raise ValueError(f"`maps` must be at least 1. Received: maps={maps}")
    channels = field.shape[-1]
    directions = np.random.default_rng(seed).standard_normal((channels, maps))
    directions /= np.linalg.norm(directions, axis=0)
    return ops.matmul(ops.cast(field, "float32"), directions.astype("float32"))
