"""Options of the term of paired images."""

import dataclasses

from semst_tf.config.names import Names
from semst_tf.config.option import option


@dataclasses.dataclass(frozen=True)
class PairedConfig:
    """Reconstruction of the images of which a translation is known."""

    weight: float | None = option(
        None,
        "Weight of the mean absolute difference between the translation of "
        "the source image of a pair and its target image. `None`: 10 where "
        "`data.paired` names pairs, else there is no such term. A number asks "
        "for pairs in every batch: of `data.paired`, or of data of your own "
        'as `"paired_source"` and `"paired_target"`.',
        at_least=0.0,
    )
    feature_weight: float = option(
        0.0,
        "Weight of the mean absolute difference between frozen features of "
        "the two; 0 leaves it out.",
        at_least=0.0,
    )
    features: Names = option(
        "efficientnet_lite0/stride_2,efficientnet_lite0/stride_4,"
        "efficientnet_lite0/stride_8",
        "Features of frozen networks that `feature_weight` compares, with "
        "commas between.",
    )
    real_share: float = option(
        0.0,
        "Share of steps, image by image, in which the target image of a pair "
        "takes the place of the target image: discriminators then take both "
        "for real.",
        at_least=0.0,
        at_most=1.0,
    )

    @property
    def feature_names(self):
        """Names of the compared features, a tuple of str."""
        return Names.split(self.features)
