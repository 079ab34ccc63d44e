"""Instance normalisation as the CUT family uses it."""

import contextlib
import contextvars

import keras
from keras import ops

_moments_of = contextvars.ContextVar("moments_of", default=None)


@keras.saving.register_keras_serializable(package="semst_tf")
class InstanceNormalization(keras.layers.Layer):
    """Gives each channel of each image mean 0 and variance 1.

    No affine part, no running statistics. Statistics are computed in float32
    under every precision policy.

    `keras.layers.GroupNormalization(groups=-1)` has the same values. This
    layer takes fewer passes over the data, above all backward; sums rows
    before columns, so that rounding does not add up over large images; and
    can normalise with given statistics, as translating in tiles needs.

    Args:
        epsilon: float. Added to the variance. Defaults to `1e-5`, as in the
            public implementations (the 1e-3 of Keras changes the output).
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`.

    Returns:
        Tensor of the same shape and dtype.

    Example:

    >>> layer = InstanceNormalization()
    >>> mean, variance = layer.moments(images)
    >>> layer.normalize(images[:, :64], mean, variance)

    Reference:
        CUT, Park et al. 2020.
    """

    def __init__(self, epsilon=1e-5, **kwargs):
        super().__init__(**kwargs)
        self.epsilon = epsilon

    def call(self, inputs):
        moments_of = _moments_of.get()
        if moments_of is not None:
            return self.normalize(inputs, *moments_of(self, inputs))
        standardize = _standardize(self.epsilon)
        return ops.cast(standardize(_in_float32(inputs)), inputs.dtype)

    def moments(self, inputs):
        """Returns what the call would normalise with.

        Args:
            inputs: As in the call.

        Returns:
            Pair (mean, variance) of tensors `(batch, 1, 1, channels)`,
            float32.
        """
        inputs = _in_float32(inputs)
        mean = _mean(inputs)
        return mean, _mean(ops.square(inputs - mean))

    def normalize(self, inputs, mean, variance):
        """Normalises with given statistics.

        Args:
            inputs: As in the call.
            mean: Float32 tensor that broadcasts to `inputs`.
            variance: Likewise.

        Returns:
            Tensor of the shape and dtype of `inputs`.
        """
        scale = ops.rsqrt(variance + self.epsilon)
        outputs = (_in_float32(inputs) - mean) * scale
        return ops.cast(outputs, inputs.dtype)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "epsilon": self.epsilon}


@contextlib.contextmanager
def moments_from(moments_of):
    """Lets every `InstanceNormalization` use statistics from elsewhere.

    So that a network that is called on parts of an image can normalise each
    of them as the whole. Call the network itself, not `predict`, which may
    have been compiled outside.

    Args:
        moments_of: Function from a layer and its inputs to (mean, variance),
            as `InstanceNormalization.normalize` takes them.

    Yields:
        Nothing; outside, each image has its own statistics again.

    Reference:
        semst_tf design.
    """
    token = _moments_of.set(moments_of)
    try:
        yield
    finally:
        _moments_of.reset(token)


def instance_normalization(**kwargs):
    """Returns the instance normalisation of the networks of the CUT family.

    Args:
        **kwargs: Arguments of `keras.layers.Layer`.

    Returns:
        `InstanceNormalization` with its default epsilon.
    """
    return InstanceNormalization(**kwargs)


def _standardize(epsilon):
    """The normalisation of float32 inputs, with its gradient in few passes.

    Differentiating operation by operation would walk through the variance
    and the mean one after the other, and keep every intermediate result.
    """

    @ops.custom_gradient
    def standardize(inputs):
        centred = inputs - _mean(inputs)
        scale = ops.rsqrt(_mean(ops.square(centred)) + epsilon)
        outputs = centred * scale

        def gradient(*args, upstream=None):
            upstream = args[0] if upstream is None else upstream
            shared = _mean(upstream) + outputs * _mean(upstream * outputs)
            return scale * (upstream - shared)

        return outputs, gradient

    return standardize


def _mean(images):
    """Mean over an image, rows first: sums stay short, and so exact."""
    rows = ops.mean(images, axis=2, keepdims=True)
    return ops.mean(rows, axis=1, keepdims=True)


def _in_float32(inputs):
    """Widens half precision; leaves float64 as it is."""
    return ops.cast(inputs, keras.backend.result_type(inputs.dtype, "float32"))
