"""Options of one term of structure-texture alignment."""

import dataclasses

from semst_tf.config.choices import DESCRIPTORS
from semst_tf.config.choices import ESTIMATORS
from semst_tf.config.option import option


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
    critic: str = option(
        "fixed",
        '`"fixed"` compares the fields themselves; `"learned"` compares them '
        "through heads that are trained with the generator.",
        choices=("fixed", "learned"),
    )
    temperature: float = option(0.1, 'Of `"infonce"`.', above=0.0)
    patches: int = option(256, 'Positions that `"infonce"` compares.', above=0)
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
