"""Options of one term of structure-texture alignment."""

import dataclasses

from semst_tf.config.names import Names
from semst_tf.config.option import option
from semst_tf.descriptors.descriptors import DESCRIPTORS
from semst_tf.losses.mutual_information import ESTIMATORS


@dataclasses.dataclass(frozen=True)
class AlignmentConfig:
    """Mutual information between a descriptor of the input and the output."""

    weight: float = option(
        0.0, "Weight of the term; 0 leaves it out.", at_least=0.0
    )
    descriptor: str = option(
        "orientation", "Which field is compared.", choices=DESCRIPTORS
    )
    estimator: str = option(
        "infonce",
        "How the mutual information of the two fields is estimated.",
        choices=ESTIMATORS,
    )
    features: Names = option(
        "pixels",
        "What the descriptor reads: `pixels`, or features by name such as "
        "`efficientnet_lite0/stride_8` or `encoder/block_1`, with commas "
        "between; the term is the mean over them.",
    )
    temperature: float = option(
        0.1, 'Of `"infonce"` and `"soft_infonce"`.', above=0.0
    )
    patches: int = option(
        256,
        "Places that estimators compare with each other, if they do.",
        above=0,
    )
    center: bool = option(
        True,
        'Of `"soft_infonce"`, `"self_similarity"` and `"cosine"`: subtract '
        "the mean token of each image before, so that a tint or light common "
        "to all places does not count. Without, tokens know their absolute "
        "material.",
    )
    ramp: float = option(
        0.1,
        "Share of the training over which the weight grows from 0 to its full "
        "value.",
        at_least=0.0,
        at_most=1.0,
    )
    duplicate_threshold: float | None = option(
        None,
        '`"infonce"` leaves out negatives whose input fields have a larger '
        "cosine; `None` keeps all.",
        at_least=-1.0,
        at_most=1.0,
    )

    @property
    def feature_names(self):
        """Names of what the descriptor reads, a tuple of str."""
        return Names.split(self.features)
