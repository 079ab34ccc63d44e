"""Options of the adversarial term."""

import dataclasses

from semst_tf.config.option import option


@dataclasses.dataclass(frozen=True)
class AdversarialConfig:
    """The term through which the discriminator trains the generator."""

    weight: float = option(
        1.0,
        "Weight of the adversarial term of the generator.",
        at_least=0.0,
    )
