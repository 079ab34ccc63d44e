"""A segmenter on the backbone that ships."""

import keras

from semst_tf.adaptation.efficientnet_features import EfficientNetFeatures

FEATURES = "features"
HEAD = "head"
"""Names of the two layers that a segmenter consists of."""

_MOMENTUM = 0.95
"""Of batch normalisation: a training has hundreds of steps, not many more."""


def efficientnet_segmenter(classes, filters=24, backbone_rate=0.0, seed=0):
    """Makes a DeepLabV3+ head on EfficientNet-Lite0.

    Deep features (strides 16 and 32) go through a spatial pyramid, and are
    refined by those of stride 4. With a frozen backbone the head is all that
    is trained; its layer is named `"head"`, that of the backbone
    `"features"`, so that features can be computed once for all steps.

    Args:
        classes: int. Number of classes.
        filters: int. A quarter of the head's width. Defaults to `24`.
        backbone_rate: float. How fast the backbone is fine-tuned, see
            `EfficientNetFeatures`. Defaults to `0.0`, frozen.
        seed: int. Of the head's weights.

    Returns:
        `keras.Model` that maps `(batch, height, width, 3)` in [-1, 1], sizes
        multiples of 32, to probabilities `(batch, height, width, classes)`.

    Raises:
        ValueError: If an argument does not fit.

    Reference:
        DeepLabV3+ (Chen et al. 2018); dilations of 2 and 4 for images of a
        few hundred pixels, and strides 16 and 32 together, are semst_tf's.
    """
    if classes < 2 or filters < 1:
        raise ValueError(
            "A segmenter needs at least two classes and one filter. "
            f"Received: classes={classes}, filters={filters}"
        )
    features = EfficientNetFeatures(backbone_rate, name=FEATURES)
    images = keras.Input((None, None, 3), name="images")
    maps = features(images)
    keras.utils.set_random_seed(seed)
    head = _head(classes, 4 * filters, maps)
    return keras.Model(images, head(maps))


def _head(classes, width, maps):
    inputs = {
        name: keras.Input((None, None, value.shape[-1]), name=name)
        for name, value in maps.items()
    }
    deep = keras.layers.Concatenate()(
        [
            inputs["stride_16"],
            _larger(_convolution(inputs["stride_32"], width, 1), 2),
        ]
    )
    pyramid = [_convolution(deep, width, 1)]
    pyramid += [_convolution(deep, width, 3, rate) for rate in (2, 4)]
    deep = _convolution(keras.layers.Concatenate()(pyramid), width, 1)
    fine = _convolution(inputs["stride_4"], max(width // 2, 1), 1)
    maps = keras.layers.Concatenate()([_larger(deep, 4), fine])
    for _ in range(2):
        maps = _convolution(maps, width, 3, layer=keras.layers.SeparableConv2D)
    maps = keras.layers.Conv2D(classes, 1)(maps)
    outputs = keras.layers.Softmax()(_larger(maps, 4))
    return keras.Model(inputs, outputs, name=HEAD)


def _convolution(maps, width, size, rate=1, layer=keras.layers.Conv2D):
    convolution = layer(
        width, size, padding="same", dilation_rate=rate, use_bias=False
    )
    norm = keras.layers.BatchNormalization(momentum=_MOMENTUM)
    return keras.layers.ReLU()(norm(convolution(maps)))


def _larger(maps, factor):
    return keras.layers.UpSampling2D(factor, interpolation="bilinear")(maps)
