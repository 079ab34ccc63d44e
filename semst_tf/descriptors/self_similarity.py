import keras
from keras import ops

from semst_tf.ops.maps import reflect_pad
from semst_tf.ops.maps import require_images
from semst_tf.ops.maps import soft_unit_length


@keras.saving.register_keras_serializable(package="semst_tf")
class SelfSimilarityField(keras.layers.Layer):
    """Structure of a feature map: which surroundings a place resembles.

    Features are centred by their spatial mean and L2-normalised; the field
    holds their cosines to a grid of places around each place. There are no
    weights. A learned encoder can be trained to satisfy any field of its own
    features, so prefer `OrientationField` where that matters.

    Args:
        window: Odd integer, side of the grid of compared places. Defaults to
            `7`.
        dilation: Integer, step of that grid in cells of the map. Defaults to
            `3`.
        **kwargs: `name` and other arguments of `keras.layers.Layer`; the layer
            computes in float32.

    Call arguments:
        features: Tensor of shape `(batch, height, width, channels)`: the
            encoder's features of layer 12. Borders are mirrored, repeatedly
            where the map is smaller than the window.

    Returns:
        Float32 tensor of shape `(batch, height, width, window ** 2 - 1)` with
        values in `[-1, 1]`; 48 channels by default.

    Raises:
        ValueError: If an argument is out of range or `features` does not have
            four axes.

    Reference:
        After F-LSeSim, Zheng et al. 2021; features, grid and normalisation are
        semst_tf design.
    """

    feature_layer = 12

    def __init__(self, window=7, dilation=3, **kwargs):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        if window < 3 or window % 2 == 0 or dilation < 1:
            raise ValueError(
                "`window` must be odd and at least 3, `dilation` at least 1. "
                f"Received: window={window}, dilation={dilation}"
            )
        self.window = window
        self.dilation = dilation

    def call(self, features):
        require_images(features)
        features = ops.cast(features, "float32")
        features = features - ops.mean(features, axis=(1, 2), keepdims=True)
        features = soft_unit_length(features, 1e-8)
        return self._cosines_to_surroundings(features)

    def _cosines_to_surroundings(self, features):
        """Compares each row of the map with the rows of its surroundings.

        One matrix product per row offset, of which only the wanted columns are
        kept: several times faster than one shifted map per place, although it
        multiplies more.
        """
        height, width = ops.shape(features)[1:3]
        steps = [step * self.dilation for step in range(self.window)]
        padded = reflect_pad(features, self.window // 2 * self.dilation)
        padded = ops.transpose(padded, (0, 1, 3, 2))
        columns = ops.arange(width, dtype="int32")[:, None]
        columns = columns + ops.convert_to_tensor(steps, dtype="int32")
        cosines = []
        for step in steps:
            rows = ops.matmul(features, padded[:, step : step + height])
            cosines.append(
                ops.take_along_axis(rows, columns[None, None], axis=-1)
            )
        cosines = ops.concatenate(cosines, axis=-1)
        centre = self.window**2 // 2
        return ops.concatenate(
            [cosines[..., :centre], cosines[..., centre + 1 :]], axis=-1
        )

    def compute_output_shape(self, input_shape):
        return (*input_shape[:3], self.window**2 - 1)

    def build(self, input_shape):
        require_images(keras.KerasTensor(input_shape))
        self.built = True

    def get_config(self):
        return {
            **super().get_config(),
            "window": self.window,
            "dilation": self.dilation,
        }
