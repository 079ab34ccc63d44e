"""The 3 x 3 convolution of the generator, by the fastest way there is."""

import contextlib
import contextvars
import functools
import math

import keras
from keras import ops

from semst_tf.layers.winograd_convolution import winograd_convolution

FEWEST_CHANNELS = 64
"""With fewer, the transforms cost more than the multiplications saved."""

MOST_BYTES = 2**28
"""Memory that the transforms may take; larger maps are convolved directly."""

_FEWEST = contextvars.ContextVar("fewest_channels", default=FEWEST_CHANNELS)


@keras.saving.register_keras_serializable(package="semst_tf")
class Conv2D(keras.layers.Conv2D):
    """`keras.layers.Conv2D`, with a quarter of the multiplications for 3 x 3.

    Same arguments, weights and values; only rounding differs. The fast way is
    taken where it was measured to pay, about twice as fast forward and
    backward: 3 x 3 with stride 1, float32 on processors, with TensorFlow, from
    64 channels on either side, while its transforms take no more than a
    quarter of a gibibyte. Everywhere else, and within `direct_convolutions`,
    this is the layer of Keras.

    It has the name of that layer because files name weights after classes:
    models that were saved with one can be loaded with the other.

    Args:
        filters: int. Channels of the output.
        kernel_size: int or pair of int.
        **kwargs: Arguments of `keras.layers.Conv2D`.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`.

    Returns:
        Tensor `(batch, height, width, filters)`, smaller by the kernel less
        one with `padding="valid"`.

    Reference:
        `semst_tf.layers.winograd_convolution.winograd_convolution`.
    """

    def call(self, inputs):
        if not self._pays(inputs):
            return super().call(inputs)
        batch, height, width, channels = ops.shape(inputs)
        # Not the bytes of all pixels, which an int32 may not hold.
        pixels = batch * height * width
        fits = pixels <= MOST_BYTES // self._transform_bytes(channels)
        if isinstance(fits, bool):
            return self._winograd(inputs) if fits else super().call(inputs)
        # The size is known once there is an image.
        direct = super().call
        return ops.cond(
            fits, lambda: self._winograd(inputs), lambda: direct(inputs)
        )

    def fast_kernel(self, inputs):
        """Returns the kernel that the fast way is taken with.

        Exporters replace this method where a kernel must not be transformed
        before the network runs.
        """
        return self.kernel

    def _winograd(self, inputs):
        if self.padding == "same":
            inputs = ops.pad(inputs, [[0, 0], [1, 1], [1, 1], [0, 0]])
        outputs = winograd_convolution(inputs, self.fast_kernel(inputs))
        if self.use_bias:
            outputs = outputs + self.bias
        return self.activation(outputs)

    def _pays(self, inputs):
        return (
            self.kernel_size == (3, 3)
            and self.strides == self.dilation_rate == (1, 1)
            and self.groups == 1
            and self.padding in ("same", "valid")
            and self.data_format == "channels_last"
            and min(inputs.shape[-1], self.filters) >= _FEWEST.get()
            and inputs.dtype == "float32"
            and _on_processor_with_tensorflow()
        )

    def _transform_bytes(self, channels):
        """Windows, transformed windows and products, for each pixel."""
        return 4 * 36 * (2 * channels + self.filters) // 16


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
    with fewest_channels(math.inf if active else FEWEST_CHANNELS):
        yield


@contextlib.contextmanager
def fewest_channels(count):
    """Within it, the fast way is taken from so many channels on.

    Args:
        count: int. Of input and output; `math.inf` for never.
    """
    token = _FEWEST.set(count)
    try:
        yield
    finally:
        _FEWEST.reset(token)


@functools.cache
def _on_processor_with_tensorflow():
    # A GPU has its own; on other backends it has not been measured.
    return keras.backend.backend() == "tensorflow" and not (
        keras.distribution.list_devices("gpu")
        or keras.distribution.list_devices("tpu")
    )
