"""Heads through which a learned critic compares two fields."""

import keras
from keras import ops

from semst_tf.networks.checks import check_positive
from semst_tf.networks.patch_projector import unit_length
from semst_tf.ops.initializers import seed_sequence


@keras.saving.register_keras_serializable(package="semst_tf")
class AlignmentHead(keras.Model):
    """Maps tokens of a field to what a mutual-information estimator takes.

    Args:
        input_channels: int. Channels of the field.
        estimator: str. `"infonce"`: a perceptron to unit tokens; `"rsmi"`
            and `"correlation_ratio"`: a perceptron to scalar maps;
            `"joint_histogram"`: soft assignment to learned prototypes.
        units: int. Hidden units, and size of the tokens of `"infonce"`.
            Defaults to `128`.
        maps: int. How many scalar maps. Defaults to `8`.
        prototypes: int. Prototypes of `"joint_histogram"`. Defaults to `32`.
        temperature: float. Sharpness of the assignment to prototypes.
            Defaults to `0.1`.
        seed: int or `None`. Seed of the initial weights.
        **kwargs: Arguments of `keras.Model`; computes in float32.

    Call arguments:
        tokens: Tensor `(batch, positions, input_channels)`.

    Returns:
        Float32 tensor `(batch, positions, outputs)`.

    Reference:
        semst_tf design.
    """

    def __init__(
        self,
        input_channels,
        estimator="infonce",
        units=128,
        maps=8,
        prototypes=32,
        temperature=0.1,
        seed=None,
        **kwargs,
    ):
        # In float32: assignments and standardised maps do not survive half
        # precision, and the heads are small.
        kwargs.setdefault("dtype", "float32")
        super().__init__(**kwargs)
        check_positive(
            input_channels=input_channels,
            units=units,
            maps=maps,
            prototypes=prototypes,
        )
        outputs = {
            "infonce": units,
            "rsmi": maps,
            "correlation_ratio": maps,
            "joint_histogram": prototypes,
        }
        if estimator not in outputs:
            raise ValueError(
                f"`estimator` must be one of {', '.join(outputs)}. "
                f"Received: estimator={estimator!r}"
            )
        self.input_channels = input_channels
        self.estimator = estimator
        self.units = units
        self.maps = maps
        self.prototypes = prototypes
        self.temperature = temperature
        self.seed = seed
        seeds = seed_sequence(seed)
        self.hidden = None
        if estimator != "joint_histogram":
            self.hidden = self._dense(units, next(seeds), activation="relu")
        self.output_head = self._dense(
            outputs[estimator],
            next(seeds),
            use_bias=estimator != "joint_histogram",
        )
        self.build()

    def _dense(self, units, seed, **kwargs):
        return keras.layers.Dense(
            units,
            kernel_initializer=keras.initializers.GlorotUniform(seed=seed),
            dtype=self.dtype_policy,
            **kwargs,
        )

    def build(self, input_shape=None):
        channels = self.input_channels
        if self.hidden is not None:
            self.hidden.build((None, None, channels))
            channels = self.units
        self.output_head.build((None, None, channels))
        self.built = True

    def call(self, tokens):
        tokens = ops.cast(tokens, "float32")
        if self.estimator == "joint_histogram":
            return self._codes(tokens)
        outputs = self.output_head(self.hidden(tokens))
        return unit_length(outputs) if self.estimator == "infonce" else outputs

    def _codes(self, tokens):
        # Cosines, whatever the length of a prototype.
        prototypes = ops.transpose(self.output_head.kernel)
        cosines = ops.matmul(
            unit_length(tokens), ops.transpose(unit_length(prototypes))
        )
        return ops.softmax(cosines / self.temperature, axis=-1)

    def get_config(self):
        return {
            **super().get_config(),
            "input_channels": self.input_channels,
            "estimator": self.estimator,
            "units": self.units,
            "maps": self.maps,
            "prototypes": self.prototypes,
            "temperature": self.temperature,
            "seed": self.seed,
        }
