"""The network whose features FID and KID compare."""

import keras
from keras import layers

from semst_tf.pretrained.resample import Resample

_SIZE = 299
_FLOAT32 = {"dtype": "float32"}


@keras.saving.register_keras_serializable(package="semst_tf")
class InceptionFeatures(keras.Model):
    """Inception-v3 of 2015 up to its 2048 features, for measuring only.

    Not `keras.applications.InceptionV3`: that network was trained by others
    later and differs in its pooling, so its distances cannot be compared with
    published ones. Batch normalisation is part of the convolutions, see
    `load_inception`. Layers are named as in torchvision and pytorch-fid.

    Args:
        resize: `"pytorch_fid"`: to 299 x 299, pixel centres aligned, the
            range [-1, 1]; or `"tensorflow"`: as the original graph does,
            corners aligned, (x - 128) / 128 of values from 0 to 255. Neither
            smooths. Defaults to `"pytorch_fid"`.
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        images: Tensor `(batch, height, width, 3)`, RGB in [-1, 1].

    Returns:
        Float32 tensor `(batch, 2048)`, not negative.

    Raises:
        ValueError: If the convention of resizing is unknown.

    Reference:
        Rethinking the Inception Architecture, Szegedy et al. 2015; its use,
        GANs Trained by a Two Time-Scale Update Rule, Heusel et al. 2017.
    """

    def __init__(self, resize="pytorch_fid", **kwargs):
        images = keras.Input((None, None, 3), dtype="float32")
        super().__init__(
            inputs=images,
            outputs=_features(_prepare(images, resize)),
            **kwargs,
        )
        self.resize = resize
        self.trainable = False

    def get_config(self):
        return {"name": self.name, "resize": self.resize}

    @classmethod
    def from_config(cls, config, custom_objects=None):
        return cls(**config)


@keras.saving.register_keras_serializable(package="semst_tf")
class _GraphRange(layers.Layer):
    """From [-1, 1] to (x - 128) / 128 of the same image in 0 to 255."""

    def call(self, images):
        return ((images + 1.0) * 127.5 - 128.0) / 128.0

    def compute_output_shape(self, images_shape):
        return images_shape


def _prepare(images, resize):
    size = (_SIZE, _SIZE)
    if resize == "pytorch_fid":
        return Resample("half_pixel", size, **_FLOAT32)(images)
    if resize == "tensorflow":
        images = Resample("asymmetric", size, **_FLOAT32)(images)
        return _GraphRange(**_FLOAT32)(images)
    raise ValueError(
        "`resize` must be 'pytorch_fid' or 'tensorflow'. "
        f"Received: resize={resize!r}"
    )


def _features(maps):
    maps = _convolution(maps, 32, 3, "Conv2d_1a_3x3", strides=2)
    maps = _convolution(maps, 32, 3, "Conv2d_2a_3x3")
    maps = _convolution(maps, 64, 3, "Conv2d_2b_3x3", padding="same")
    maps = _max_pool(maps)
    maps = _convolution(maps, 80, 1, "Conv2d_3b_1x1")
    maps = _convolution(maps, 192, 3, "Conv2d_4a_3x3")
    maps = _max_pool(maps)
    maps = _block_35(maps, 32, "Mixed_5b")
    maps = _block_35(maps, 64, "Mixed_5c")
    maps = _block_35(maps, 64, "Mixed_5d")
    maps = _reduction_to_17(maps, "Mixed_6a")
    maps = _block_17(maps, 128, "Mixed_6b")
    maps = _block_17(maps, 160, "Mixed_6c")
    maps = _block_17(maps, 160, "Mixed_6d")
    maps = _block_17(maps, 192, "Mixed_6e")
    maps = _reduction_to_8(maps, "Mixed_7a")
    maps = _block_8(maps, layers.AveragePooling2D, "Mixed_7b")
    # The 2015 network takes the maximum here, later ones the mean.
    maps = _block_8(maps, layers.MaxPooling2D, "Mixed_7c")
    return layers.GlobalAveragePooling2D(**_FLOAT32)(maps)


def _block_35(maps, pool_filters, name):
    five = _chain(maps, f"{name}.branch5x5_", [(48, 1), (64, 5)])
    three = _chain(maps, f"{name}.branch3x3dbl_", [(64, 1), (96, 3), (96, 3)])
    return _concatenate(
        _convolution(maps, 64, 1, f"{name}.branch1x1"),
        five,
        three,
        _pooled_branch(maps, pool_filters, name),
    )


def _reduction_to_17(maps, name):
    deep = _chain(maps, f"{name}.branch3x3dbl_", [(64, 1), (96, 3)])
    return _concatenate(
        _convolution(maps, 384, 3, f"{name}.branch3x3", strides=2),
        _convolution(deep, 96, 3, f"{name}.branch3x3dbl_3", strides=2),
        _max_pool(maps),
    )


def _block_17(maps, filters, name):
    row, column = (1, 7), (7, 1)
    steps = [(filters, 1), (filters, row), (192, column)]
    seven = _chain(maps, f"{name}.branch7x7_", steps)
    sizes = (1, column, row, column)
    steps = [*((filters, size) for size in sizes), (192, row)]
    double = _chain(maps, f"{name}.branch7x7dbl_", steps)
    return _concatenate(
        _convolution(maps, 192, 1, f"{name}.branch1x1"),
        seven,
        double,
        _pooled_branch(maps, 192, name),
    )


def _reduction_to_8(maps, name):
    three = _convolution(maps, 192, 1, f"{name}.branch3x3_1")
    steps = [(192, 1), (192, (1, 7)), (192, (7, 1))]
    seven = _chain(maps, f"{name}.branch7x7x3_", steps)
    return _concatenate(
        _convolution(three, 320, 3, f"{name}.branch3x3_2", strides=2),
        _convolution(seven, 192, 3, f"{name}.branch7x7x3_4", strides=2),
        _max_pool(maps),
    )


def _block_8(maps, pooling, name):
    three = _convolution(maps, 384, 1, f"{name}.branch3x3_1")
    double = _chain(maps, f"{name}.branch3x3dbl_", [(448, 1), (384, 3)])
    return _concatenate(
        _convolution(maps, 320, 1, f"{name}.branch1x1"),
        *_both_directions(three, f"{name}.branch3x3_2"),
        *_both_directions(double, f"{name}.branch3x3dbl_3"),
        _pooled_branch(maps, 192, name, pooling),
    )


def _both_directions(maps, name):
    return (
        _convolution(maps, 384, (1, 3), f"{name}a", padding="same"),
        _convolution(maps, 384, (3, 1), f"{name}b", padding="same"),
    )


def _chain(maps, prefix, steps):
    for index, (filters, size) in enumerate(steps, 1):
        maps = _convolution(
            maps, filters, size, f"{prefix}{index}", padding="same"
        )
    return maps


def _pooled_branch(maps, filters, name, pooling=layers.AveragePooling2D):
    pooled = pooling(3, 1, padding="same", **_FLOAT32)(maps)
    return _convolution(pooled, filters, 1, f"{name}.branch_pool")


def _convolution(maps, filters, size, name, strides=1, padding="valid"):
    return layers.Conv2D(
        filters,
        size,
        strides=strides,
        padding=padding,
        activation="relu",
        name=name,
        **_FLOAT32,
    )(maps)


def _max_pool(maps):
    return layers.MaxPooling2D(3, 2, **_FLOAT32)(maps)


def _concatenate(*branches):
    return layers.Concatenate(**_FLOAT32)(list(branches))
