"""Changes of size as the measuring networks were trained with them."""

import math

import keras
from keras import ops

METHODS = ("align_corners", "half_pixel", "asymmetric", "average")


@keras.saving.register_keras_serializable(package="semst_tf")
class Resample(keras.layers.Layer):
    """Resizes maps to a fixed size, by a factor, or to the size of others.

    The three bilinear methods differ in where the pixels of the result lie:
    on the corners of the input (`"align_corners"`), in the middle of their
    area (`"half_pixel"`, PyTorch's default), or at its upper left corner
    (`"asymmetric"`, TensorFlow 1). None of them smooths before it shrinks.
    `"average"` is the mean of the area that a pixel of the result covers,
    rounded outwards (adaptive average pooling).

    Args:
        method: string. One of the four above.
        size: Pair of ints `(height, width)`, or `None`.
        scale: float or `None`. Factor on height and width, rounded up. With
            neither `size` nor `scale`, call the layer with `like`.
        minimum: int. Smallest side that `scale` makes. Defaults to `1`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        images: Tensor `(batch, height, width, channels)`.
        like: Tensor whose height and width the result gets.

    Returns:
        Tensor `(batch, new_height, new_width, channels)`.

    Raises:
        ValueError: If the method is unknown.

    Reference:
        `interpolate` and `adaptive_avg_pool2d` of PyTorch, `resize_bilinear`
        of TensorFlow 1.
    """

    def __init__(self, method, size=None, scale=None, minimum=1, **kwargs):
        super().__init__(**kwargs)
        if method not in METHODS:
            raise ValueError(
                f"`method` must be one of {', '.join(METHODS)}. "
                f"Received: method={method!r}"
            )
        self.method = method
        self.size = None if size is None else tuple(size)
        self.scale = scale
        self.minimum = minimum

    def call(self, images, like=None):
        height, width = self._new_size(images, like)
        if self.method == "average":
            return _average(images, height, width)
        rows = _bilinear(images, height, axis=1, method=self.method)
        return _bilinear(rows, width, axis=2, method=self.method)

    def _new_size(self, images, like):
        if like is not None:
            return _size(like)
        if self.size is not None:
            return self.size
        return tuple(map(self._scaled, _size(images)))

    def compute_output_shape(self, images_shape, like_shape=None):
        if like_shape is not None:
            size = tuple(like_shape[1:3])
        elif self.size is not None:
            size = self.size
        else:
            size = tuple(map(self._scaled, images_shape[1:3]))
        return (images_shape[0], *size, images_shape[3])

    def _scaled(self, side):
        if side is None:
            return None
        if isinstance(side, int):
            return max(self.minimum, math.ceil(side * self.scale))
        scaled = ops.ceil(ops.cast(side, "float32") * self.scale)
        return ops.maximum(self.minimum, ops.cast(scaled, "int32"))

    def get_config(self):
        return {
            **super().get_config(),
            "method": self.method,
            "size": self.size,
            "scale": self.scale,
            "minimum": self.minimum,
        }


def _size(images):
    """Height and width: numbers where known, else tensors."""
    return tuple(ops.shape(images)[1:3])


def _bilinear(images, size, axis, method):
    old_size = ops.shape(images)[axis]
    positions = _positions(size, old_size, method)
    lower = ops.cast(ops.floor(positions), "int32")
    upper = ops.minimum(lower + 1, old_size - 1)
    shape = [1, 1, 1, 1]
    shape[axis] = -1
    fraction = positions - ops.cast(lower, "float32")
    fraction = ops.cast(ops.reshape(fraction, shape), images.dtype)
    below = ops.take(images, lower, axis=axis)
    above = ops.take(images, upper, axis=axis)
    return below + (above - below) * fraction


def _positions(size, old_size, method):
    """Where the new pixels lie between the old ones."""
    index = ops.cast(ops.arange(size), "float32")
    if method == "align_corners":
        return index * _ratio(old_size - 1, ops.maximum(size - 1, 1))
    step = _ratio(old_size, size)
    if method == "asymmetric":
        return index * step
    last = ops.cast(old_size - 1, "float32")
    return ops.clip((index + 0.5) * step - 0.5, 0.0, last)


def _ratio(part, whole):
    return ops.cast(part, "float32") / ops.cast(whole, "float32")


def _average(images, height, width):
    rows = _mean_matrix(height, ops.shape(images)[1], images.dtype)
    columns = _mean_matrix(width, ops.shape(images)[2], images.dtype)
    images = ops.einsum("ih,nhwc->niwc", rows, images)
    return ops.einsum("jw,nhwc->nhjc", columns, images)


def _mean_matrix(size, old_size, dtype):
    index = ops.arange(size, dtype="int32")[:, None]
    start = index * old_size // size
    end = -(-(index + 1) * old_size // size)
    position = ops.arange(old_size, dtype="int32")
    inside = ops.logical_and(position >= start, position < end)
    return ops.cast(inside, dtype) / ops.cast(end - start, dtype)
