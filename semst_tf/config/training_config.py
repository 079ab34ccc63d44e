"""Options of the training as a whole."""

import dataclasses

from semst_tf.config.option import option


@dataclasses.dataclass(frozen=True)
class TrainingConfig:
    """How long is trained, what is averaged, and how memory is saved."""

    steps: int = option(
        100_000,
        "Length of the training; schedules and ramps refer to it.",
        above=0,
    )
    ema_decay: float | None = option(
        None,
        "Decay of the moving average of the generator's weights that "
        "translations then come from; `None` keeps none.",
        at_least=0.0,
        below=1.0,
    )
    accumulation: int = option(
        1,
        "Parts of a batch that are computed one after another and make one "
        "step together, so that only a part has to fit into the memory. "
        "Divides `data.batch_size`, and what of it each replica gets.",
        above=0,
    )
    rematerialise: bool = option(
        False,
        "Compute the residual blocks again on the way back instead of keeping "
        "what they computed: less memory for big crops, more time.",
    )
