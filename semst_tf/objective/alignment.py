"""One term of structure-texture alignment, put together from its parts."""

import keras
from keras import ops

from semst_tf.descriptors import OrientationField
from semst_tf.descriptors import SecondMomentField
from semst_tf.descriptors import SelfSimilarityField
from semst_tf.descriptors import ToneField
from semst_tf.descriptors import random_projection
from semst_tf.losses import MutualInformation
from semst_tf.networks.alignment_head import AlignmentHead
from semst_tf.ops.patch_positions import gather_tokens
from semst_tf.ops.patch_positions import grid_coordinates
from semst_tf.ops.patch_positions import sample_positions

SCALAR_MAPS = 8
"""Scalar maps that estimators of such make of a field with more channels."""


@keras.saving.register_keras_serializable(package="semst_tf")
class Alignment(keras.layers.Layer):
    """Mutual information between one field of the input and of the output.

    The descriptor makes a field of a picture, or of the encoder features of a
    picture; the critic makes tokens of the field; the estimator says how much
    the tokens of the output tell about those of the input at the same place.
    A fixed critic has no weights. A learned one is shared by both sides for
    structure, which should stay the same, and separate for texture and tone,
    which may change consistently.

    Args:
        descriptor: str. One of `"orientation"`, `"self_similarity"`,
            `"pixel_moments"`, `"encoder_moments"`, `"colour"`,
            `"luminance"`.
        input_channels: int. Channels of what the descriptor reads: of the
            pictures, or of the encoder features of `feature_layer`.
        estimator: str. See `semst_tf.losses.MutualInformation`.
        critic: str. `"fixed"` or `"learned"`.
        temperature: float. Of `"infonce"`. Defaults to `0.1`.
        patches: int. Positions that `"infonce"` compares. The other
            estimators use every position. Defaults to `256`.
        duplicate_threshold: float or `None`. See `MutualInformation`.
        seed: int. Of learned heads and of fixed random projections.
        **kwargs: Arguments of `keras.layers.Layer`; computes in float32.

    Call arguments:
        source: What the descriptor reads of the input: the pictures, or
            their encoder features of `feature_layer`; `(batch, height, width,
            input_channels)`.
        output: The same of the translations.
        seed: `keras.random.SeedGenerator` for the positions.

    Returns:
        Float32 tensor `(batch,)`; lower is more mutual information. Gradient
        flows into the output, its features and the heads only.

    Reference:
        semst_tf design after the words of the SemST abstract (Zhao et al.
        2023); the descriptors and estimators are not the paper's.
    """

    def __init__(
        self,
        descriptor="orientation",
        input_channels=3,
        estimator="infonce",
        critic="fixed",
        temperature=0.1,
        patches=256,
        duplicate_threshold=None,
        seed=0,
        **kwargs,
    ):
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        self.descriptor = descriptor
        self.input_channels = input_channels
        self.estimator = estimator
        self.critic = critic
        self.temperature = temperature
        self.patches = patches
        self.duplicate_threshold = duplicate_threshold
        self.seed = seed
        self.field = _field(descriptor)
        self.field.build((None, None, None, input_channels))
        self.source_head, self.output_head = self._heads()
        learned = critic == "learned"
        own_heads = learned and self.source_head is not self.output_head
        self.information = MutualInformation(
            estimator,
            temperature=temperature,
            duplicate_threshold=duplicate_threshold,
            symmetric=own_heads,
            prototypes=None if learned else 32,
            seed=seed,
            # A head of the source's own only learns if the gradient gets
            # to it; a shared one learns through the output, as in CUT.
            detach_source=not own_heads,
        )
        self.built = True

    def _heads(self):
        if self.critic == "fixed":
            return None, None
        shape = (None, None, None, self.input_channels)
        channels = self.field.compute_output_shape(shape)[-1]
        source_head = AlignmentHead(
            channels, estimator=self.estimator, seed=self.seed
        )
        if self.descriptor in ("orientation", "self_similarity"):
            return source_head, source_head
        output_head = AlignmentHead(
            channels, estimator=self.estimator, seed=self.seed + 1
        )
        return source_head, output_head

    @property
    def feature_layer(self):
        """Encoder layer that the descriptor reads; `None`: the picture."""
        return self.field.feature_layer

    def call(self, source, output, seed):
        source_field = self.field(ops.stop_gradient(source))
        output_field = self.field(output)
        height, width = ops.shape(source_field)[1:3]
        positions = None
        if self.estimator == "infonce":
            indices = sample_positions(height, width, self.patches, seed)
            positions = grid_coordinates(indices, width)
            source_tokens = gather_tokens(source_field, indices)
            output_tokens = gather_tokens(output_field, indices)
        else:
            source_tokens = _all_tokens(source_field)
            output_tokens = _all_tokens(output_field)
        return self.information.call(
            self._criticised(source_tokens, self.source_head),
            self._criticised(output_tokens, self.output_head),
            positions=positions,
            raw_source=source_tokens,
        )

    def _criticised(self, tokens, head):
        if head is not None:
            return head(tokens)
        scalar = self.estimator in ("rsmi", "correlation_ratio")
        if scalar and tokens.shape[-1] > SCALAR_MAPS:
            return random_projection(tokens, maps=SCALAR_MAPS, seed=self.seed)
        return tokens

    def get_config(self):
        return {
            **super().get_config(),
            "descriptor": self.descriptor,
            "input_channels": self.input_channels,
            "estimator": self.estimator,
            "critic": self.critic,
            "temperature": self.temperature,
            "patches": self.patches,
            "duplicate_threshold": self.duplicate_threshold,
            "seed": self.seed,
        }


def feature_layer_of(descriptor):
    """Returns the encoder layer that a descriptor reads.

    Args:
        descriptor: str. As of `Alignment`.

    Returns:
        int, or `None` if it reads the picture.
    """
    return _field(descriptor).feature_layer


def _field(descriptor):
    makers = {
        "orientation": OrientationField,
        "self_similarity": SelfSimilarityField,
        "pixel_moments": lambda: SecondMomentField(source="pixels"),
        "encoder_moments": lambda: SecondMomentField(source="encoder"),
        "colour": ToneField,
        "luminance": lambda: ToneField(colour=False),
    }
    if descriptor not in makers:
        raise ValueError(
            f"`descriptor` must be one of {', '.join(makers)}. "
            f"Received: descriptor={descriptor!r}"
        )
    return makers[descriptor]()


def _all_tokens(field):
    batch, height, width, channels = ops.shape(field)
    return ops.reshape(field, (batch, height * width, channels))
