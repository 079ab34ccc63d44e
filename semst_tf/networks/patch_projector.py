"""The heads that make tokens of encoder features."""

import keras

from semst_tf.networks.checks import check_positive
from semst_tf.ops.initializers import seed_sequence
from semst_tf.ops.initializers import xavier_normal
from semst_tf.ops.patch_positions import gather_tokens
from semst_tf.ops.unit_length import unit_length_as_cut


@keras.saving.register_keras_serializable(package="semst_tf")
class PatchProjector(keras.Model):
    """Picks positions of each feature map and projects them to unit tokens.

    One perceptron of two layers for each feature map, built at once from the
    channel counts, so that optimizer, checkpoints and replicas find every
    weight before the first step. Positions are picked before the perceptron,
    so that only the tokens that are used are computed.

    Args:
        feature_channels: Sequence of int. Channels of each feature map.
            Defaults to `(3, 128, 256, 256, 256)`, those of the default
            generator.
        units: int. Size of the hidden layer and of the tokens. Defaults to
            `256`.
        seed: int or `None`. Seed of the initial weights.
        **kwargs: Arguments of `keras.Model`.

    Call arguments:
        features: List of tensors `(batch, height, width, channels)`, as
            `ResNetGenerator.encode` returns them.
        indices: List of int tensors `(patches,)`, flat positions in each
            map, the same for all images of the batch.

    Returns:
        List of float32 tensors `(batch, patches, units)` of unit length.

    Reference:
        CUT, Park et al. 2020 (`mlp_sample`).
    """

    def __init__(
        self,
        feature_channels=(3, 128, 256, 256, 256),
        units=256,
        seed=None,
        **kwargs,
    ):
        super().__init__(**kwargs)
        check_positive(units=units)
        self.feature_channels = tuple(feature_channels)
        self.units = units
        self.seed = seed
        seeds = seed_sequence(seed)
        self.hidden = [
            self._dense(next(seeds), activation="relu")
            for _ in self.feature_channels
        ]
        self.output_heads = [
            self._dense(next(seeds)) for _ in self.feature_channels
        ]
        self.build()

    def _dense(self, seed, activation=None):
        # In float32: with these small initial weights the tokens are near
        # zero, and the gradient of their normalisation overflows float16.
        return keras.layers.Dense(
            self.units,
            activation=activation,
            kernel_initializer=xavier_normal(seed=seed),
            dtype="float32",
        )

    def build(self, input_shape=None):
        for channels, hidden, head in zip(
            self.feature_channels, self.hidden, self.output_heads
        ):
            hidden.build((None, None, channels))
            head.build((None, None, self.units))
        self.built = True

    def call(self, features, indices):
        if not len(features) == len(indices) == len(self.feature_channels):
            raise ValueError(
                "The projector needs as many feature maps and lists of "
                f"positions as it has heads ({len(self.feature_channels)}). "
                f"Received: {len(features)} feature maps, {len(indices)} "
                "lists of positions"
            )
        tokens = []
        for feature, index, hidden, head in zip(
            features, indices, self.hidden, self.output_heads
        ):
            projected = head(hidden(gather_tokens(feature, index)))
            tokens.append(unit_length_as_cut(projected))
        return tokens

    def get_config(self):
        return {
            **super().get_config(),
            "feature_channels": list(self.feature_channels),
            "units": self.units,
            "seed": self.seed,
        }
