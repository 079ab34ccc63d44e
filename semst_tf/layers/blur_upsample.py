"""Upsampling by two without aliasing."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="semst_tf")
class BlurUpsample(keras.layers.Layer):
    """Doubles height and width with the `[1, 3, 3, 1]` filter.

    With replicated borders this filter is bilinear interpolation by two with
    half-pixel centres, which every backend has as one fast operation. Where
    height or width is known only at run time, the same values come from
    weighted neighbours, because the resize operation asks for a static size.

    Args:
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`.

    Returns:
        Tensor `(batch, 2 * height, 2 * width, channels)`.

    Reference:
        CUT, Park et al. 2020 (filter of size 4, replication padding).
    """

    def call(self, inputs):
        height, width = inputs.shape[1:3]
        if height is not None and width is not None:
            outputs = ops.image.resize(
                inputs,
                (2 * height, 2 * width),
                interpolation="bilinear",
                data_format="channels_last",
            )
        else:
            outputs = _double(_double(inputs, axis=1), axis=2)
        return ops.cast(outputs, inputs.dtype)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (
            batch,
            None if height is None else 2 * height,
            None if width is None else 2 * width,
            channels,
        )


def _double(inputs, axis):
    """Doubles one axis; every output lies a quarter pixel off an input."""
    if axis == 1:
        first, last = inputs[:, :1], inputs[:, -1:]
        head, tail = inputs[:, :-1], inputs[:, 1:]
    else:
        first, last = inputs[:, :, :1], inputs[:, :, -1:]
        head, tail = inputs[:, :, :-1], inputs[:, :, 1:]
    before = ops.concatenate([first, head], axis=axis)
    after = ops.concatenate([tail, last], axis=axis)
    near = 0.75 * inputs
    doubled = ops.stack(
        [near + 0.25 * before, near + 0.25 * after], axis=axis + 1
    )
    shape = list(ops.shape(inputs))
    shape[axis] = 2 * shape[axis]
    return ops.reshape(doubled, shape)
