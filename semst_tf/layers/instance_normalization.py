"""Instance normalisation as the CUT family uses it."""

import keras


def instance_normalization(**kwargs):
    """Returns a layer that normalises each channel of each picture.

    Group normalisation with one channel a group is instance normalisation;
    Keras computes it in float32 under every precision policy. There is no
    affine part and no running statistics, and epsilon is 1e-5 as in the
    public implementations (the Keras default of 1e-3 changes the output).

    Args:
        **kwargs: Arguments of `keras.layers.Layer`.

    Returns:
        A `keras.layers.GroupNormalization`.

    Reference:
        CUT, Park et al. 2020.
    """
    return keras.layers.GroupNormalization(
        groups=-1, epsilon=1e-5, center=False, scale=False, **kwargs
    )
