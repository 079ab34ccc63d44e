"""The weight initialisation that all networks share."""

import random

import keras


def xavier_normal(gain=0.02, seed=None):
    """Returns Xavier normal initialisation scaled by a gain.

    Args:
        gain: float. Factor on the standard deviation. Defaults to `0.02`.
        seed: int or `None`. Seed of the draw.

    Returns:
        A `keras.initializers.VarianceScaling`; Keras' own `GlorotNormal` has
        no gain and cuts the tails off.

    Reference:
        CUT, Park et al. 2020 (`init_type=xavier`, `init_gain=0.02`).
    """
    return keras.initializers.VarianceScaling(
        scale=gain**2,
        mode="fan_avg",
        distribution="untruncated_normal",
        seed=seed,
    )


def he_normal(gain=1.0, seed=None):
    """Returns He normal initialisation scaled by a gain.

    Keeps the scale of activations through ReLUs, as networks without
    normalisation need it.

    Args:
        gain: float. Factor on the standard deviation. Defaults to `1.0`.
        seed: int or `None`. Seed of the draw.

    Returns:
        A `keras.initializers.VarianceScaling`.

    Reference:
        He et al. 2015.
    """
    return keras.initializers.VarianceScaling(
        scale=2.0 * gain**2,
        mode="fan_in",
        distribution="untruncated_normal",
        seed=seed,
    )


def seed_sequence(seed):
    """Yields a different seed for every weight, all following from one.

    Args:
        seed: int or `None`.

    Yields:
        int, or `None` for ever when `seed` is `None`.
    """
    draws = random.Random(seed)
    while True:
        yield None if seed is None else draws.getrandbits(31)
