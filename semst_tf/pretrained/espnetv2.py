"""The segmenter that tells whether semantics survived."""

import math

import keras
from keras import layers
from keras import ops

from semst_tf.pretrained.grouped_convolution import GroupedConvolution
from semst_tf.pretrained.resample import Resample

_CHANNELS = {
    0.5: (16, 32, 64, 128),
    1.0: (32, 64, 128, 256),
    1.5: (32, 96, 192, 384),
    2.0: (32, 128, 256, 512),
}
_DECODER_CHANNELS = (64, 48, 32)
_PYRAMID_SCALES = (2.0, 1.5, 1.0, 0.5, 0.1)
_MEAN = (0.485, 0.456, 0.406)
_DEVIATION = (0.229, 0.224, 0.225)

# The segmenter measures: it stays in float32 whatever the user trains in.
_FLOAT32 = {"dtype": "float32"}


@keras.saving.register_keras_serializable(package="semst_tf")
class ESPNetV2(keras.Model):
    """ESPNetv2 segmentation network, for measuring only.

    Batch normalisation always uses its stored statistics. The layers are
    named as in the public PyTorch implementation, so that its weights can be
    read: see `load_segmenter`.

    Args:
        scale: float. Width of the network: 0.5, 1.0, 1.5 or 2.0. Defaults to
            `2.0` (789,242 parameters besides the batch statistics).
        classes: int. Maps of the output. Defaults to `20`: the 19 Cityscapes
            training classes and the background, which no label has.
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        images: Tensor `(batch, height, width, 3)`, RGB in [-1, 1]; height and
            width are multiples of 16 (`segment_images` takes any size).

    Returns:
        Float32 tensor `(batch, height, width, classes)` of logits.

    Raises:
        ValueError: If the scale is unknown or a known size does not fit.

    Reference:
        ESPNetv2, Mehta et al. 2019; EdgeNets, the authors' implementation.
    """

    def __init__(self, scale=2.0, classes=20, **kwargs):
        if scale not in _CHANNELS:
            raise ValueError(
                f"`scale` must be one of {', '.join(map(str, _CHANNELS))}. "
                f"Received: scale={scale!r}"
            )
        images = keras.Input((None, None, 3), dtype="float32")
        normalised = _NormalizeImages(**_FLOAT32)(images)
        encoded = _encode(normalised, _CHANNELS[scale])
        maps = _decode(encoded, classes)
        logits = Resample("align_corners", **_FLOAT32)(maps, like=images)
        super().__init__(inputs=images, outputs=logits, **kwargs)
        self.scale = scale
        self.classes = classes
        self.trainable = False

    def get_config(self):
        return {
            "name": self.name,
            "scale": self.scale,
            "classes": self.classes,
        }

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


@keras.saving.register_keras_serializable(package="semst_tf")
class _NormalizeImages(layers.Layer):
    """From [-1, 1] to the statistics of ImageNet; refuses odd sizes."""

    def call(self, images):
        sides = images.shape[1:3]
        if any(side is not None and side % 16 for side in sides):
            raise ValueError(
                "ESPNetV2 needs a height and width that are multiples of 16; "
                "`segment_images` pads other sizes. "
                f"Received: images.shape={tuple(images.shape)}"
            )
        mean = ops.array(_MEAN, images.dtype)
        deviation = ops.array(_DEVIATION, images.dtype)
        return ((images + 1.0) / 2.0 - mean) / deviation

    def compute_output_shape(self, images_shape):
        return images_shape


def _encode(images, channels):
    """Returns the maps at 1/16, 1/8, 1/4 and 1/2 of the size."""
    half = _convolution(images, channels[0], 3, "base_net.level1", strides=2)
    quarter = _downsample(
        half, images, channels[1], 13, "base_net.level2_0", halvings=2
    )
    eighth = _downsample(
        quarter, images, channels[2], 11, "base_net.level3_0", halvings=3
    )
    for unit in range(3):
        eighth = _unit(eighth, 9, f"base_net.level3.{unit}")
    sixteenth = _downsample(
        eighth, images, channels[3], 9, "base_net.level4_0", halvings=4
    )
    for unit in range(7):
        sixteenth = _unit(sixteenth, 7, f"base_net.level4.{unit}")
    return sixteenth, eighth, quarter, half


def _decode(encoded, classes):
    maps = _pyramid(encoded[0], _DECODER_CHANNELS[0], "bu_dec_l1")
    outputs = (*_DECODER_CHANNELS[1:], classes)
    for level, (skip, filters) in enumerate(zip(encoded[1:], outputs), 2):
        maps = Resample("align_corners", **_FLOAT32)(maps, like=skip)
        merged = _merge(skip, maps.shape[-1], f"merge_enc_dec_l{level}")
        maps = layers.Add(**_FLOAT32)([maps, merged])
        prefix = f"bu_br_l{level}"
        maps = _normalization(maps, f"{prefix}.0")
        maps = _activation(maps, f"{prefix}.1")
        is_last = level == 4
        maps = _pyramid(maps, filters, f"bu_dec_l{level}", is_last)
    return maps


def _downsample(inputs, images, filters, limit, prefix, halvings):
    """Halves the maps and shows them the image again, at their size."""
    pooled = _halve(inputs)
    new = _pyramid_of_dilations(
        inputs, filters - inputs.shape[-1], limit, f"{prefix}.eesp", strides=2
    )
    outputs = layers.Concatenate(**_FLOAT32)([pooled, new])
    for _ in range(halvings):
        images = _halve(images)
    prefix_of_images = f"{prefix}.inp_reinf"
    seen = _convolution(images, 3, 3, f"{prefix_of_images}.0")
    seen = _convolution(
        seen, filters, 1, f"{prefix_of_images}.1", activation=False
    )
    outputs = layers.Add(**_FLOAT32)([outputs, seen])
    return _activation(outputs, f"{prefix}.act")


def _unit(inputs, limit, prefix):
    outputs = _pyramid_of_dilations(inputs, inputs.shape[-1], limit, prefix)
    outputs = layers.Add(**_FLOAT32)([inputs, outputs])
    return _activation(outputs, f"{prefix}.module_act")


def _pyramid_of_dilations(inputs, filters, limit, prefix, strides=1):
    """The EESP unit: four dilated views of a reduced map, summed in steps."""
    reduced = _convolution(
        inputs, filters // 4, 1, f"{prefix}.proj_1x1", groups=4
    )
    # Receptive fields of 3, 5, 7 and 9; those above the limit become 3.
    fields = sorted(k if k <= limit else 3 for k in (3, 5, 7, 9))
    branches = []
    for index, field in enumerate(fields):
        name = f"{prefix}.spp_dw.{index}.conv"
        branch = _depthwise(reduced, name, dilation=(field - 1) // 2)
        if strides == 2:
            # TensorFlow cannot dilate and stride at once.
            branch = _EveryOther(**_FLOAT32)(branch)
        if branches:
            branch = layers.Add(**_FLOAT32)([branches[-1], branch])
        branches.append(branch)
    outputs = layers.Concatenate(**_FLOAT32)(branches)
    outputs = _normalization(outputs, f"{prefix}.br_after_cat.bn")
    outputs = _activation(outputs, f"{prefix}.br_after_cat.act")
    name = f"{prefix}.conv_1x1_exp"
    return _convolution(outputs, filters, 1, name, groups=4, activation=False)


def _pyramid(inputs, filters, prefix, is_last=False):
    """Efficient pyramid pooling: one depthwise view of every scale."""
    reduced = _decoder_convolution(
        inputs, 10, 1, f"{prefix}.projection_layer.cbr"
    )
    views = []
    for index, scale in enumerate(_PYRAMID_SCALES):
        view = _at_scale(reduced, scale, f"{prefix}.stages.{index}")
        views.append(view)
    merged = layers.Concatenate(**_FLOAT32)(views)
    prefix_of_merge = f"{prefix}.merge_layer"
    merged = _normalization(merged, f"{prefix_of_merge}.0.br.0")
    merged = _activation(merged, f"{prefix_of_merge}.0.br.1")
    merged = _ShuffleChannels(len(_PYRAMID_SCALES), **_FLOAT32)(merged)
    merged = _decoder_convolution(
        merged, 10, 3, f"{prefix_of_merge}.2.cbr", groups=10
    )
    outputs = layers.Conv2D(
        filters,
        1,
        use_bias=is_last,
        name=f"{prefix_of_merge}.3",
        **_FLOAT32,
    )(merged)
    if is_last:
        return outputs
    outputs = _normalization(outputs, f"{prefix}.br.br.0")
    return _activation(outputs, f"{prefix}.br.br.1")


def _at_scale(inputs, scale, name):
    if scale == 1.0:
        return _depthwise(inputs, name)
    go, back = "average", "align_corners"
    if scale > 1.0:
        go, back = back, go
    outputs = Resample(go, scale=scale, minimum=5, **_FLOAT32)(inputs)
    outputs = _depthwise(outputs, name)
    return Resample(back, **_FLOAT32)(outputs, like=inputs)


def _merge(skip, filters, prefix):
    """Encoder maps for the decoder, channels weighted by the whole image."""
    weight = layers.GlobalAveragePooling2D(keepdims=True, **_FLOAT32)(skip)
    weight = layers.Conv2D(
        filters,
        1,
        use_bias=False,
        activation="sigmoid",
        name=f"{prefix}.wt_layer.1",
        **_FLOAT32,
    )(weight)
    groups = math.gcd(skip.shape[-1], filters)
    expanded = _decoder_convolution(
        skip, filters, 3, f"{prefix}.expansion_layer.cbr", groups=groups
    )
    return layers.Multiply(**_FLOAT32)([expanded, weight])


def _convolution(
    inputs, filters, kernel_size, prefix, strides=1, groups=1, activation=True
):
    outputs = _bare_convolution(
        inputs, filters, kernel_size, f"{prefix}.conv", strides, groups
    )
    outputs = _normalization(outputs, f"{prefix}.bn")
    return _activation(outputs, f"{prefix}.act") if activation else outputs


def _decoder_convolution(inputs, filters, kernel_size, prefix, groups=1):
    outputs = _bare_convolution(
        inputs, filters, kernel_size, f"{prefix}.0", groups=groups
    )
    outputs = _normalization(outputs, f"{prefix}.1")
    return _activation(outputs, f"{prefix}.2")


def _bare_convolution(inputs, filters, kernel_size, name, strides=1, groups=1):
    if groups > 1:
        return GroupedConvolution(
            filters, kernel_size, groups, name=name, **_FLOAT32
        )(inputs)
    padding = "same"
    if strides == 2:
        # "same" would pad one side only.
        inputs = layers.ZeroPadding2D(kernel_size // 2, **_FLOAT32)(inputs)
        padding = "valid"
    return layers.Conv2D(
        filters,
        kernel_size,
        strides=strides,
        padding=padding,
        use_bias=False,
        name=name,
        **_FLOAT32,
    )(inputs)


def _depthwise(inputs, name, dilation=1):
    return layers.DepthwiseConv2D(
        3,
        padding="same",
        dilation_rate=dilation,
        use_bias=False,
        name=name,
        **_FLOAT32,
    )(inputs)


def _normalization(inputs, name):
    layer = layers.BatchNormalization(epsilon=1e-5, name=name, **_FLOAT32)
    return layer(inputs, training=False)


def _activation(inputs, name):
    return layers.PReLU(shared_axes=[1, 2], name=name, **_FLOAT32)(inputs)


def _halve(inputs):
    """Mean of 3 x 3 pixels, zeros outside counted."""
    inputs = layers.ZeroPadding2D(1, **_FLOAT32)(inputs)
    return layers.AveragePooling2D(3, 2, **_FLOAT32)(inputs)


@keras.saving.register_keras_serializable(package="semst_tf")
class _EveryOther(layers.Layer):
    """Keeps every other row and column."""

    def call(self, inputs):
        return inputs[:, ::2, ::2]

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        halves = [None if s is None else -(-s // 2) for s in (height, width)]
        return (batch, *halves, channels)


@keras.saving.register_keras_serializable(package="semst_tf")
class _ShuffleChannels(layers.Layer):
    """Puts the first channels of all groups first, then the second ones."""

    def __init__(self, groups, **kwargs):
        super().__init__(**kwargs)
        self.groups = groups

    def call(self, inputs):
        channels = inputs.shape[-1]
        order = [
            group * (channels // self.groups) + index
            for index in range(channels // self.groups)
            for group in range(self.groups)
        ]
        return ops.take(inputs, ops.array(order, "int32"), axis=-1)

    def compute_output_shape(self, input_shape):
        return input_shape

    def get_config(self):
        return {**super().get_config(), "groups": self.groups}
