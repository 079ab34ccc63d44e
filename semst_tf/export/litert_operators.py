"""The same arithmetic in operators that LiteRT's CPU delegate runs fast."""

import functools

import numpy as np
from keras import ops

from semst_tf.layers import BlurDownsample
from semst_tf.layers import Conv2D
from semst_tf.layers import ReflectionPadding2D
from semst_tf.layers import SmoothPixelShuffle
from semst_tf.ops.private_api import flat_layers

_BLUR = np.outer([1, 2, 1], [1, 2, 1]).astype("float32") / 16


def with_litert_operators(network):
    """Copies a network and expresses some layers in other operators.

    XNNPACK, the delegate of LiteRT for CPUs, runs neither mirror padding nor
    average pooling of integers: it would hand the feature maps back to slow
    reference kernels. The copy pads by slices, blurs by a depthwise
    convolution and shuffles pixels by the operator for it
    (`docs/export.md`).

    Args:
        network: Keras model, float32.

    Returns:
        A Keras model with the same weights and, to rounding, the same
        translations.
    """
    copy = type(network).from_config(network.get_config())
    copy.set_weights(network.get_weights())
    for layer in flat_layers(copy):
        call = _call_for(layer)
        if call is not None:
            layer.call = functools.partial(call, layer)
        if isinstance(layer, Conv2D):
            layer.fast_kernel = functools.partial(_unfolded_kernel, layer)
    return copy


def _call_for(layer):
    if isinstance(layer, ReflectionPadding2D):
        return _reflection_padding
    if isinstance(layer, BlurDownsample):
        return _blur_downsample
    if isinstance(layer, SmoothPixelShuffle):
        return _smooth_pixel_shuffle
    return None


def _unfolded_kernel(layer, inputs):
    """The kernel, but for the converter not a constant.

    It would store transformed kernels, which have 36 numbers for 9. Their
    transform takes little time beside the convolution.
    """
    one = ops.clip(inputs[:1, :1, :1, :1], 1.0, 1.0)
    return layer.kernel * one


def _reflection_padding(layer, inputs):
    return _mirror(inputs, layer.padding)


def _blur_downsample(layer, inputs):
    return _blurred(inputs, strides=2)


def _smooth_pixel_shuffle(layer, inputs):
    # Conversion needs TensorFlow anyhow; Keras has no such operation, and
    # would transpose six axes.
    import tensorflow as tf

    return _blurred(tf.nn.depth_to_space(inputs, 2), strides=1)


def _blurred(images, strides):
    kernel = np.tile(_BLUR[:, :, None, None], (1, 1, images.shape[-1], 1))
    return ops.depthwise_conv(
        _mirror(images, 1),
        kernel,
        strides=strides,
        padding="valid",
        data_format="channels_last",
    )


def _mirror(images, padding):
    """Mirrors at the borders without repeating them, row by row."""
    distances = range(1, padding + 1)
    images = ops.concatenate(
        [images[:, d : d + 1] for d in reversed(distances)]
        + [images]
        + [images[:, -d - 1 : -d] for d in distances],
        axis=1,
    )
    return ops.concatenate(
        [images[:, :, d : d + 1] for d in reversed(distances)]
        + [images]
        + [images[:, :, -d - 1 : -d] for d in distances],
        axis=2,
    )
