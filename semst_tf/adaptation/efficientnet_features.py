"""Features of the backbone that ships, as a layer of a segmenter."""

import keras
from keras import ops

from semst_tf.pretrained.efficientnet_lite0 import EfficientNetLite0

NAMES = ("stride_4", "stride_16", "stride_32")
"""Features that the segmenter reads."""

_CONVOLUTIONS = ("expand", "depthwise", "project")


@keras.saving.register_keras_serializable(package="semst_tf")
class EfficientNetFeatures(keras.layers.Layer):
    """Feature maps of EfficientNet-Lite0, frozen or fine-tuned.

    Frozen, it has no weights. Fine-tuned, every kernel and bias of the
    backbone is what it was plus `rate` times a weight that begins at zero, so
    that an optimizer whose steps do not depend on the scale of gradients, such
    as Adam, moves the backbone at `rate` of its learning rate.

    Args:
        rate: float. How fast the backbone is trained, as a share of the
            learning rate; 0 leaves it frozen. Defaults to `0.0`.
        **kwargs: As for `keras.layers.Layer`.

    Call arguments:
        inputs: Tensor `(batch, height, width, 3)` in [-1, 1].

    Returns:
        Dict from `"stride_4"`, `"stride_16"` and `"stride_32"` to float32
        tensors of 24, 112 and 320 channels.

    Example:

    >>> layer = EfficientNetFeatures()
    >>> layer(np.zeros((1, 128, 256, 3)))["stride_16"].shape
    (1, 8, 16, 112)

    Reference:
        EfficientNet, Tan and Le 2019, see
        `semst_tf.pretrained.EfficientNetLite0`; the rate is semst_tf's.
    """

    def __init__(self, rate=0.0, **kwargs):
        # In float32 whatever the policy, as the frozen network.
        super().__init__(autocast=False, **kwargs)
        if rate < 0:
            raise ValueError(
                "The rate of a backbone, as a share of the learning rate, is "
                f"0 or more. Received: rate={rate}"
            )
        self.rate = rate
        self._network = EfficientNetLite0()

    def build(self, input_shape):
        if self.rate:
            self._stem = self._offsets("stem", self._network.stem)
            self._changes = [
                {
                    name: self._offsets(f"block_{number}_{name}", block[name])
                    for name in _CONVOLUTIONS
                    if name in block
                }
                for number, block in enumerate(self._network.blocks)
            ]
        self.built = True

    def _offsets(self, name, weights):
        return [
            self.add_weight(
                name=f"{name}_{kind}",
                shape=values.shape,
                initializer="zeros",
                dtype="float32",
            )
            for kind, values in zip(("kernel", "bias"), weights)
        ]

    def call(self, inputs):
        network = self._network
        if self.rate:
            network = EfficientNetLite0()
            network.stem = self._moved(self._network.stem, self._stem)
            network.blocks = [
                block
                | {
                    name: self._moved(block[name], changes[name])
                    for name in changes
                }
                for block, changes in zip(self._network.blocks, self._changes)
            ]
        return network.features(inputs, NAMES)

    def _moved(self, weights, offsets):
        return [
            values + self.rate * ops.convert_to_tensor(offset)
            for values, offset in zip(weights, offsets)
        ]

    def compute_output_shape(self, input_shape):
        batch, *size, _ = input_shape
        network = self._network
        return {
            name: (
                batch,
                *(
                    None if side is None else -(-side // network.strides[name])
                    for side in size
                ),
                network.channels[name],
            )
            for name in NAMES
        }

    def get_config(self):
        return {**super().get_config(), "rate": self.rate}
