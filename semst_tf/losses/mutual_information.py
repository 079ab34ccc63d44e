import keras
from keras import ops

from semst_tf.config.choices import ESTIMATORS
from semst_tf.losses.correlation_ratio import correlation_ratio
from semst_tf.losses.info_nce import info_nce
from semst_tf.losses.info_nce import negative_mask
from semst_tf.losses.joint_histogram import joint_histogram_information
from semst_tf.losses.joint_histogram import soft_assignment
from semst_tf.losses.joint_histogram import unit_prototypes
from semst_tf.losses.relative_squared_information import (
    relative_squared_information,
)
from semst_tf.losses.tokens import float32_tokens
from semst_tf.losses.tokens import require_positive


@keras.saving.register_keras_serializable(package="semst_tf")
class MutualInformation(keras.losses.Loss):
    """Makes a field of the translation depend on the field of its source.

    Positions of one image are the samples; images of a batch never mix. The
    lower the loss, the more one field tells about the other:

    - `"infonce"`: the token of the translation must resemble the token of the
      source at its place more than those at other places. For fields that
      should stay as they are, such as structure.
    - `"rsmi"`: every channel of the translation must be a consistent function
      of the same channel of the source, whichever function. For fields that
      may change, such as texture.
    - `"correlation_ratio"`: every channel of the translation must be a smooth
      function of all channels of the source together, whichever function. For
      fields that may change, such as tone: two surfaces may drift apart if
      their hues differ.
    - `"joint_histogram"`: every code of the source must become one code of the
      translation, whichever code. For fields that may change, such as texture.

    Args:
        estimator: `"infonce"`, `"rsmi"`, `"correlation_ratio"` or
            `"joint_histogram"`. Defaults to `"infonce"`.
        temperature: Float, what inner products are divided by; not used by
            `"rsmi"` and `"correlation_ratio"`. Defaults to `0.1`.
        symmetric: Boolean. Whether `"infonce"` also contrasts every source
            token with all tokens of the translation, and averages both.
            Defaults to `False`.
        exclusion_radius: Integer, in grid cells. For `"infonce"` with
            `positions`: places within this Chebyshev distance are no negatives
            of each other. Defaults to `2`.
        duplicate_threshold: Float or `None`. For `"infonce"`: places whose
            source tokens have a cosine above it are no negatives of each
            other. Defaults to `None`.
        prototypes: Integer or `None`. For `"joint_histogram"`: how many fixed
            random prototypes the tokens of each side are assigned to; `None`
            if the tokens already are probabilities over the last axis, for
            instance of a learned head. Defaults to `32`.
        seed: Integer, of the random prototypes and of the random features of
            `"correlation_ratio"`. Defaults to `0`.
        detach_source: Boolean. Whether the gradient stops at the source
            tokens. Set it to `False` if a learned head made them, and stop the
            gradient in front of the head. Defaults to `True`.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: Tokens of the source, a tensor of shape
            `(batch, positions, channels)`.
        y_pred: Tokens of the translation at the same places, of the same
            shape; for `"joint_histogram"` the channels may differ.
        positions: Integer grid coordinates of the tokens, of shape
            `(positions, 2)`, for `"infonce"`. Only for `call()`, not for
            calling the object. Defaults to `None`.
        raw_source: Tokens of the source before a learned head, by which
            `duplicate_threshold` finds duplicates; a head could declare
            everything a duplicate. Only for `call()`. Defaults to `None`,
            `y_true` itself.

    Returns:
        With `reduction=None` a float32 tensor of shape `(batch,)`; by default
        its mean. `"infonce"` is at least 0; the others are the negative of
        the estimate, `"rsmi"` and `"correlation_ratio"` above -1 and
        `"joint_histogram"` at least minus the logarithm of the number of codes.

    Raises:
        ValueError: If an argument is out of range or the shapes disagree.

    Example:

    >>> field = semst_tf.descriptors.OrientationField()
    >>> places = semst_tf.descriptors.sample_positions(16, 16, 64, seed=1)
    >>> loss = semst_tf.losses.MutualInformation().call(
    ...     semst_tf.descriptors.gather_tokens(field(source), places),
    ...     semst_tf.descriptors.gather_tokens(field(translated), places),
    ...     semst_tf.descriptors.grid_coordinates(places, width=16),
    ... )

    Reference:
        semst_tf design; estimators after van den Oord et al. 2018 (InfoNCE),
        SCC, Guo et al. 2022 (rSMI), and Roche et al. 1998 (correlation ratio,
        which bounds the information of Gaussian residuals).
    """

    def __init__(
        self,
        estimator="infonce",
        temperature=0.1,
        symmetric=False,
        exclusion_radius=2,
        duplicate_threshold=None,
        prototypes=32,
        seed=0,
        detach_source=True,
        name="mutual_information",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if estimator not in ESTIMATORS:
            raise ValueError(
                f"`estimator` must be one of {ESTIMATORS}. "
                f"Received: estimator={estimator!r}"
            )
        require_positive("temperature", temperature)
        if prototypes is not None:
            require_positive("prototypes", prototypes)
        self.estimator = estimator
        self.temperature = temperature
        self.symmetric = symmetric
        self.exclusion_radius = exclusion_radius
        self.duplicate_threshold = duplicate_threshold
        self.prototypes = prototypes
        self.seed = seed
        self.detach_source = detach_source

    def call(self, y_true, y_pred, positions=None, raw_source=None):
        y_true = ops.cast(y_true, "float32")
        if self.detach_source:
            y_true = ops.stop_gradient(y_true)
        if self.estimator == "infonce":
            return self._contrast(y_true, y_pred, positions, raw_source)
        if self.estimator == "rsmi":
            return -relative_squared_information(y_true, y_pred)
        if self.estimator == "correlation_ratio":
            return -correlation_ratio(y_true, y_pred, self.seed)
        return -joint_histogram_information(
            self._codes(y_true), self._codes(y_pred)
        )

    def _contrast(self, source, output, positions, raw_source):
        output, source = float32_tokens(output, source)
        mask = negative_mask(
            ops.stop_gradient(source if raw_source is None else raw_source),
            positions,
            self.exclusion_radius,
            self.duplicate_threshold,
        )
        loss = info_nce(output, source, self.temperature, mask)
        if self.symmetric:
            # The mask is symmetric, so it serves both directions.
            backward = info_nce(source, output, self.temperature, mask)
            loss = 0.5 * (loss + backward)
        return ops.mean(loss, axis=-1)

    def _codes(self, tokens):
        if self.prototypes is None:
            return tokens
        prototypes = unit_prototypes(
            self.prototypes, tokens.shape[-1], self.seed
        )
        return soft_assignment(tokens, prototypes, self.temperature)

    def get_config(self):
        return {
            **super().get_config(),
            "estimator": self.estimator,
            "temperature": self.temperature,
            "symmetric": self.symmetric,
            "exclusion_radius": self.exclusion_radius,
            "duplicate_threshold": self.duplicate_threshold,
            "prototypes": self.prototypes,
            "seed": self.seed,
            "detach_source": self.detach_source,
        }
