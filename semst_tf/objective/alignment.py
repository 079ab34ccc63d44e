"""One comparison of structure-texture alignment, made of its parts."""

import functools

import keras
from keras import ops

from semst_tf.descriptors.descriptors import make_descriptor
from semst_tf.descriptors.random_projection import random_projection
from semst_tf.losses.mutual_information import ESTIMATORS
from semst_tf.losses.mutual_information import MutualInformation
from semst_tf.ops.patch_positions import gather_tokens
from semst_tf.ops.patch_positions import grid_coordinates
from semst_tf.ops.patch_positions import sample_positions

SCALAR_MAPS = 8
"""Scalar maps that estimators of such make of a field with more channels."""


@keras.saving.register_keras_serializable(package="semst_tf")
class Alignment(keras.layers.Layer):
    """Mutual information between one field of the input and of the output.

    The descriptor makes a field of an image, or of features of an image; the
    estimator says how much the tokens of the output tell about those of the
    input at the same place. It has no weights: a learned part could be
    satisfied by a hidden code in the features while the scene changes.

    Args:
        descriptor: str. A name of `semst_tf.descriptors.DESCRIPTORS`.
        input_channels: int. Channels of what the descriptor reads: of the
            images, or of the features.
        estimator: str. See `semst_tf.losses.MutualInformation`.
        temperature: float. Of estimators that compare places with each other.
            Defaults to `0.1`.
        patches: int. Places that such estimators compare. The other
            estimators use every place. Defaults to `256`.
        duplicate_threshold: float or `None`. See `MutualInformation`.
        center: bool. See `MutualInformation`.
        seed: int. Of fixed random projections.
        **kwargs: Arguments of `keras.layers.Layer`; computes in float32.

    Call arguments:
        source: What the descriptor reads of the input: the images, or their
            features; `(batch, height, width, input_channels)`.
        output: The same of the translations.
        seed: `keras.random.SeedGenerator` for the positions.
        valid: Where the images hold data, `(batch, rows, columns, 1)`, 1 and
            0; other places are not compared. `None` for everywhere. Defaults
            to `None`.

    Returns:
        Float32 tensor `(batch,)`; lower is more mutual information. Gradient
        flows into the output and its features only.

    Reference:
        semst_tf design after the words of the SemST abstract (Zhao et al.
        2023); the descriptors and estimators are not the paper's.
    """

    def __init__(
        self,
        descriptor="orientation",
        input_channels=3,
        estimator="infonce",
        temperature=0.1,
        patches=256,
        duplicate_threshold=None,
        center=True,
        seed=0,
        **kwargs,
    ):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.descriptor = descriptor
        self.input_channels = input_channels
        self.estimator = estimator
        self.temperature = temperature
        self.patches = patches
        self.duplicate_threshold = duplicate_threshold
        self.center = center
        self.seed = seed
        self.field = make_descriptor(descriptor)
        self.field.build((None, None, None, input_channels))
        self.information = MutualInformation(
            estimator,
            temperature=temperature,
            duplicate_threshold=duplicate_threshold,
            center=center,
            seed=seed,
        )
        self.built = True

    def call(self, source, output, seed, valid=None):
        source_field = self.field(ops.stop_gradient(source))
        output_field = self.field(output)
        kind = ESTIMATORS[self.estimator]
        height, width = ops.shape(source_field)[1:3]
        if not kind.compares_places:
            tokens = _all_tokens
            if valid is not None:
                # As many, so that each of those that count comes as often.
                every = sample_positions(
                    height, width, height * width, seed, valid
                )
                tokens = functools.partial(gather_tokens, indices=every)
            return self.information.call(
                self._scalars(tokens(source_field), kind),
                self._scalars(tokens(output_field), kind),
            )
        indices = sample_positions(height, width, self.patches, seed, valid)
        return self.information.call(
            gather_tokens(source_field, indices),
            gather_tokens(output_field, indices),
            positions=grid_coordinates(indices, width),
        )

    def _scalars(self, tokens, kind):
        if kind.scalar_maps and tokens.shape[-1] > SCALAR_MAPS:
            return random_projection(tokens, maps=SCALAR_MAPS, seed=self.seed)
        return tokens

    def get_config(self):
        return {
            **super().get_config(),
            "descriptor": self.descriptor,
            "input_channels": self.input_channels,
            "estimator": self.estimator,
            "temperature": self.temperature,
            "patches": self.patches,
            "duplicate_threshold": self.duplicate_threshold,
            "center": self.center,
            "seed": self.seed,
        }


def _all_tokens(field):
    batch, height, width, channels = ops.shape(field)
    return ops.reshape(field, (batch, height * width, channels))
