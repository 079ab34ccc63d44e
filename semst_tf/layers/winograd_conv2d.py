"""The 3 x 3 convolution of the generator, by the fastest way there is."""

import contextlib
import contextvars
import functools

import keras
from keras import ops

from semst_tf.layers.winograd_convolution import winograd_convolution

FEWEST_CHANNELS = 64
"""With fewer, the transforms cost more than the multiplications saved."""

MOST_BYTES = 2**28
"""Memory that the transforms may take; larger maps are convolved directly."""

_DIRECT = contextvars.ContextVar("direct_convolutions", default=False)


@keras.saving.register_keras_serializable(package="semst_tf")
class WinogradConv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D` of 3 x 3 with a quarter of the multiplications.

    Same arguments, weights and values; only rounding differs. It is taken
    where it was measured to pay, about twice as fast forward and backward:
    float32 on processors, with TensorFlow, from 64 channels on either side,
    while the transforms take no more than a quarter of a gibibyte. Everywhere
    else, and within `direct_convolutions`, this is the layer of Keras.

    Args:
        filters: int. Channels of the output.
        **kwargs: Arguments of `keras.layers.Conv2D` but kernel size, strides,
            dilation and groups.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`.

    Returns:
        Tensor `(batch, height, width, filters)`, two rows and columns less
        with `padding="valid"`.

    Reference:
        `semst_tf.layers.winograd_convolution`.
    """

    def __init__(self, filters, **kwargs):
        kwargs.setdefault("data_format", "channels_last")
        super().__init__(filters, kernel_size=3, **kwargs)

    def call(self, inputs):
        if not self._pays(inputs):
            return super().call(inputs)
        fits = self._transform_bytes(inputs) <= MOST_BYTES
        if isinstance(fits, bool):
            return self._winograd(inputs) if fits else super().call(inputs)
        # The size is known once there is a picture.
        direct = super().call
        return ops.cond(
            fits, lambda: self._winograd(inputs), lambda: direct(inputs)
        )

    def _winograd(self, inputs):
        if self.padding == "same":
            inputs = ops.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]])
        outputs = winograd_convolution(inputs, self.kernel)
        if self.use_bias:
            outputs = outputs + self.bias
        return self.activation(outputs)

    def _pays(self, inputs):
        return (
            not _DIRECT.get()
            and min(inputs.shape[-1], self.filters) >= FEWEST_CHANNELS
            and inputs.dtype == "float32"
            and _on_processor_with_tensorflow()
        )

    def _transform_bytes(self, inputs):
        """Memory of windows, transformed windows and products."""
        batch, height, width, channels = ops.shape(inputs)
        numbers = 36 / 16 * (2 * channels + self.filters)
        return int(4 * numbers) * batch * height * width

    def get_config(self):
        config = super().get_config()
        for name in ("kernel_size", "strides", "dilation_rate", "groups"):
            config.pop(name)
        return config


@contextlib.contextmanager
def direct_convolutions(active=True):
    """Within it, convolutions are taken as they are defined.

    For graphs that run elsewhere: a GPU or LiteRT have fast convolutions of
    their own. What was traced outside keeps its way.

    Args:
        active: bool. Defaults to `True`.

    Example:

    >>> with direct_convolutions():
    ...     graph = tf.function(generator).get_concrete_function(spec)
    """
    token = _DIRECT.set(active)
    try:
        yield
    finally:
        _DIRECT.reset(token)


@functools.cache
def _on_processor_with_tensorflow():
    # A GPU has its own; on other backends it has not been measured.
    return keras.backend.backend() == "tensorflow" and not (
        keras.distribution.list_devices("gpu")
        or keras.distribution.list_devices("tpu")
    )
