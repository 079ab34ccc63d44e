"""Options of the optimizer."""

import dataclasses

from semst_tf.config.option import option


@dataclasses.dataclass(frozen=True)
class OptimizerConfig:
    """Adam and its schedule, for generator, heads and discriminator alike."""

    learning_rate: float = option(
        2e-4, "Constant until the decay begins.", above=0.0
    )
    beta_1: float = option(
        0.5, "Decay of the first moment.", at_least=0.0, below=1.0
    )
    beta_2: float = option(
        0.999, "Decay of the second moment.", at_least=0.0, below=1.0
    )
    decay: float = option(
        0.5,
        "Share of the training, at its end, over which the learning rate "
        "falls linearly to 0.",
        at_least=0.0,
        at_most=1.0,
    )
