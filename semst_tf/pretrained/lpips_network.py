"""The network whose features LPIPS compares."""

import keras
from keras import layers
from keras import ops

_SHIFT = (-0.030, -0.088, -0.188)
_SCALE = (0.458, 0.448, 0.450)
_FLOAT32 = {"dtype": "float32"}


@keras.saving.register_keras_serializable(package="semst_tf")
class LPIPSNetwork(keras.Model):
    """Perceptual distance of two images by AlexNet, for measuring only.

    Args:
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        images: Pair of tensors `(batch, height, width, 3)`, RGB in [-1, 1],
            at least 31 pixels high and wide.

    Returns:
        Float32 tensor `(batch,)`, 0 for equal images.

    Reference:
        LPIPS v0.1, Zhang et al. 2018.
    """

    def __init__(self, **kwargs):
        first = keras.Input((None, None, 3), dtype="float32")
        second = keras.Input((None, None, 3), dtype="float32")
        super().__init__(
            inputs=[first, second],
            outputs=_distance(first, second),
            **kwargs,
        )
        self.trainable = False

    def get_config(self):
        return {"name": self.name}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


def _distance(first, second):
    backbone = _backbone()
    normalize = _NormalizeForAlexNet(**_FLOAT32)
    pairs = zip(backbone(normalize(first)), backbone(normalize(second)))
    distances = []
    for index, (one, other) in enumerate(pairs):
        difference = _SquaredDifference(**_FLOAT32)([one, other])
        weigh = layers.Conv2D(
            1, 1, use_bias=False, name=f"lin{index}", **_FLOAT32
        )
        pool = layers.GlobalAveragePooling2D(**_FLOAT32)
        distances.append(pool(weigh(difference)))
    return layers.Flatten(**_FLOAT32)(layers.Add(**_FLOAT32)(distances))


def _backbone():
    """The five feature maps of AlexNet, for images already normalised."""
    images = keras.Input((None, None, 3), dtype="float32")
    maps = layers.ZeroPadding2D(2, **_FLOAT32)(images)
    features = [_convolution(maps, 64, 11, 0, strides=4, padding="valid")]
    maps = layers.MaxPooling2D(3, 2, **_FLOAT32)(features[-1])
    features.append(_convolution(maps, 192, 5, 1))
    maps = layers.MaxPooling2D(3, 2, **_FLOAT32)(features[-1])
    for index, filters in enumerate((384, 256, 256), 2):
        maps = _convolution(maps, filters, 3, index)
        features.append(maps)
    return keras.Model(images, features, name="backbone")


def _convolution(maps, filters, size, index, strides=1, padding="same"):
    return layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding=padding,
        activation="relu",
        name=f"conv{index}",
        **_FLOAT32,
    )(maps)


@keras.saving.register_keras_serializable(package="semst_tf")
class _NormalizeForAlexNet(layers.Layer):
    """From [-1, 1] to the statistics that AlexNet was trained with."""

    def call(self, images):
        shift = ops.array(_SHIFT, images.dtype)
        return (images - shift) / ops.array(_SCALE, images.dtype)

    def compute_output_shape(self, images_shape):
        return images_shape


@keras.saving.register_keras_serializable(package="semst_tf")
class _SquaredDifference(layers.Layer):
    """Squared difference of features that are scaled to unit length."""

    def call(self, pair):
        one, other = map(self._unit, pair)
        return ops.square(one - other)

    def _unit(self, features):
        squares = ops.sum(ops.square(features), axis=-1, keepdims=True)
        return features / (ops.sqrt(squares) + 1e-10)

    def compute_output_shape(self, pair_shape):
        return pair_shape[0]
