"""Makes any image size acceptable to a network with a stride."""

import keras
from keras import ops


@keras.saving.register_keras_serializable(package="semst_tf")
class PadToMultiple(keras.layers.Layer):
    """Mirrors the image at the bottom and the right up to a multiple.

    Images of one row or column work too: mirroring goes back and forth as
    often as it must. Nothing is done, and nothing is added to the graph, when
    the size is known and fits already.

    Args:
        multiple: int. Height and width become multiples of it.
        minimum: int. Height and width become at least this, itself a
            multiple of `multiple`. Defaults to `multiple`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, channels)`.

    Returns:
        Tensor `(batch, padded_height, padded_width, channels)`; the input is
        its upper left corner.

    Reference:
        semst_tf design.
    """

    def __init__(self, multiple, minimum=None, **kwargs):
        super().__init__(**kwargs)
        minimum = multiple if minimum is None else minimum
        if multiple < 1 or minimum < 1 or minimum % multiple:
            raise ValueError(
                "`multiple` must be positive and `minimum` a positive "
                f"multiple of it. Received: multiple={multiple}, "
                f"minimum={minimum}"
            )
        self.multiple = multiple
        self.minimum = minimum
        self.built = True

    def call(self, inputs):
        return self._pad(self._pad(inputs, axis=1), axis=2)

    def _pad(self, inputs, axis):
        size = inputs.shape[axis]
        if size is not None and self._padded(size) == size:
            return inputs
        if size is None:
            size = ops.shape(inputs)[axis]
            return ops.take(inputs, self._dynamic_indices(size), axis=axis)
        indices = [_mirrored(i, size) for i in range(self._padded(size))]
        return ops.take(inputs, ops.array(indices, "int32"), axis=axis)

    def _padded(self, size):
        rounded = -(-size // self.multiple) * self.multiple
        return max(rounded, self.minimum)

    def _dynamic_indices(self, size):
        # Not `-(-size // multiple)`: ONNX divides negative numbers otherwise.
        rounded = (size + self.multiple - 1) // self.multiple * self.multiple
        positions = ops.arange(
            ops.maximum(rounded, self.minimum), dtype="int32"
        )
        period = ops.maximum(2 * (size - 1), 1)
        phase = ops.mod(positions, period)
        return ops.minimum(ops.minimum(phase, period - phase), size - 1)

    def compute_output_shape(self, input_shape):
        batch, height, width, channels = input_shape
        return (
            batch,
            None if height is None else self._padded(height),
            None if width is None else self._padded(width),
            channels,
        )

    def get_config(self):
        return {
            **super().get_config(),
            "multiple": self.multiple,
            "minimum": self.minimum,
        }


def _mirrored(position, size):
    period = max(2 * (size - 1), 1)
    phase = position % period
    return min(phase, period - phase, size - 1)
