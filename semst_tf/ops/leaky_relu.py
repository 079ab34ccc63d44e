"""LeakyReLU that TensorFlow's graph optimizer can fuse with its gradient."""

from keras import ops


def leaky_relu(inputs, negative_slope=0.2):
    """Returns `inputs` where positive and a share of them elsewhere.

    The same numbers and gradients as `keras.ops.leaky_relu`, the share also
    being the gradient at 0. Grappler's remapper fuses a convolution, its bias
    and TensorFlow's `LeakyRelu` into one operation and removes the sum that
    `LeakyReluGrad` still reads; it then gives up on the whole graph, with
    "remapper failed". A maximum is not part of that pattern.

    Args:
        inputs: Floating-point tensor of any shape.
        negative_slope: float below 1. Defaults to `0.2`.

    Returns:
        Tensor of the same shape and type.
    """
    # In this order: of two equal values the gradient goes to the first.
    return ops.maximum(negative_slope * inputs, inputs)
