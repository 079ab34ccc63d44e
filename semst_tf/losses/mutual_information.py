"""How much the fields of input and output tell about each other."""

import typing

import keras
from keras import ops

from semst_tf.losses.correlation_ratio import correlation_ratio
from semst_tf.losses.cosine_distance import cosine_distance
from semst_tf.losses.info_nce import info_nce
from semst_tf.losses.info_nce import negative_mask
from semst_tf.losses.relative_squared_information import (
    relative_squared_information,
)
from semst_tf.losses.self_similarity_distance import self_similarity_distance
from semst_tf.losses.soft_info_nce import soft_info_nce
from semst_tf.losses.tokens import float32_tokens
from semst_tf.losses.tokens import require_positive


class Estimator(typing.NamedTuple):
    """One way to say how much two fields tell about each other.

    Attributes:
        compute: Function of `(source, output, options, positions)` to a
            float32 tensor `(batch,)`, lower for more; `options` is the
            `MutualInformation` that asks.
        compares_places: bool. Whether it compares places with each other, so
            that few places have to do.
        scalar_maps: bool. Whether it treats every channel as a field of its
            own, so that fields of many channels are projected to few.
    """

    compute: typing.Callable
    compares_places: bool = False
    scalar_maps: bool = False


def _info_nce(source, output, options, positions):
    output, source = float32_tokens(output, source)
    mask = negative_mask(
        source,
        positions,
        options.exclusion_radius,
        options.duplicate_threshold,
    )
    loss = info_nce(output, source, options.temperature, mask)
    return ops.mean(loss, axis=-1)


def _soft_info_nce(source, output, options, positions):
    return soft_info_nce(output, source, options.temperature, options.center)


def _self_similarity(source, output, options, positions):
    return self_similarity_distance(output, source, options.center)


def _cosine(source, output, options, positions):
    return cosine_distance(output, source, options.center)


def _relative_squared_information(source, output, options, positions):
    return -relative_squared_information(source, output)


def _correlation_ratio(source, output, options, positions):
    return -correlation_ratio(source, output, options.seed)


ESTIMATORS = {
    "infonce": Estimator(_info_nce, compares_places=True),
    "soft_infonce": Estimator(_soft_info_nce, compares_places=True),
    "self_similarity": Estimator(_self_similarity, compares_places=True),
    "cosine": Estimator(_cosine, compares_places=True),
    "rsmi": Estimator(_relative_squared_information, scalar_maps=True),
    "correlation_ratio": Estimator(_correlation_ratio, scalar_maps=True),
}
"""From names to `Estimator`; a new one is one entry here."""


@keras.saving.register_keras_serializable(package="semst_tf")
class MutualInformation(keras.losses.Loss):
    """Makes a field of the translation depend on the field of its source.

    Positions of one image are the samples; images of a batch never mix. The
    lower the loss, the more one field tells about the other:

    - `"infonce"`: the token of the translation must resemble the token of the
      source at its place more than those at other places. For fields that
      should stay as they are, such as structure.
    - `"soft_infonce"`: it must resemble all tokens of the source as the token
      at its place does, so that like places are no negatives of each other.
      For features of a frozen network. `"self_similarity"`: the tokens of the
      translation resemble each other as those of the source do. `"cosine"`:
      each resembles the one at its place.
    - `"rsmi"`: every channel of the translation must be a consistent function
      of the same channel of the source, whichever function. For fields that
      may change, such as texture.
    - `"correlation_ratio"`: every channel of the translation must be a smooth
      function of all channels of the source together, whichever function. For
      fields that may change, such as tone: two surfaces may drift apart if
      their hues differ.

    Args:
        estimator: str. One of the names above. Defaults to `"infonce"`.
        temperature: Float, what inner products are divided by; of
            `"infonce"` and `"soft_infonce"`. Defaults to `0.1`.
        exclusion_radius: Integer, in grid cells. For `"infonce"` with
            `positions`: places within this Chebyshev distance are no negatives
            of each other. Defaults to `2`.
        duplicate_threshold: Float or `None`. For `"infonce"`: places whose
            source tokens have a cosine above it are no negatives of each
            other. Defaults to `None`.
        center: Boolean. For the estimators of frozen features: whether the
            mean token of each image is subtracted before. Without, tokens
            know their absolute material. Defaults to `True`.
        seed: Integer, of the random features of `"correlation_ratio"`.
            Defaults to `0`.
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: Tokens of the source, a tensor of shape
            `(batch, positions, channels)`. No gradient flows into them.
        y_pred: Tokens of the translation at the same places, of the same
            shape.
        positions: Integer grid coordinates of the tokens, of shape
            `(positions, 2)` or `(batch, positions, 2)`, for `"infonce"`. Only
            for `call()`, not for calling the object. Defaults to `None`.

    Returns:
        With `reduction=None` a float32 tensor of shape `(batch,)`; by default
        its mean. `"rsmi"` and `"correlation_ratio"` are the negative of the
        estimate and above -1; the others are at least 0.

    Raises:
        ValueError: If an argument is out of range or the shapes disagree.

    Example:

    >>> field = semst_tf.descriptors.OrientationField()
    >>> places = sample_positions(16, 16, 64, seed=1)
    >>> loss = semst_tf.losses.MutualInformation().call(
    ...     gather_tokens(field(source), places),
    ...     gather_tokens(field(translated), places),
    ...     grid_coordinates(places, width=16),
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
        exclusion_radius=2,
        duplicate_threshold=None,
        center=True,
        seed=0,
        name="mutual_information",
        **kwargs,
    ):
        super().__init__(name=name, **kwargs)
        if estimator not in ESTIMATORS:
            raise ValueError(
                f"`estimator` must be one of {', '.join(ESTIMATORS)}. "
                f"Received: estimator={estimator!r}"
            )
        require_positive("temperature", temperature)
        self.estimator = estimator
        self.temperature = temperature
        self.exclusion_radius = exclusion_radius
        self.duplicate_threshold = duplicate_threshold
        self.center = center
        self.seed = seed

    def call(self, y_true, y_pred, positions=None):
        y_true = ops.stop_gradient(ops.cast(y_true, "float32"))
        compute = ESTIMATORS[self.estimator].compute
        return compute(y_true, y_pred, self, positions)

    def get_config(self):
        return {
            **super().get_config(),
            "estimator": self.estimator,
            "temperature": self.temperature,
            "exclusion_radius": self.exclusion_radius,
            "duplicate_threshold": self.duplicate_threshold,
            "center": self.center,
            "seed": self.seed,
        }
