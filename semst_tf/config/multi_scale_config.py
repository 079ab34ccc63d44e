"""Options of translation at two scales."""

import dataclasses

from semst_tf.config.option import option
from semst_tf.layers.scale_fusion import FUSIONS


@dataclasses.dataclass(frozen=True)
class MultiScaleConfig:
    """Translation at two scales: global context and local detail."""

    fusion: str | None = option(
        None,
        "How both translations become one; `None` for a single scale.",
        choices=FUSIONS,
    )
    ratio: int = option(
        2,
        "How much smaller the context is than the crop, which is "
        "`data.crop_size`; the context sees all of it.",
        above=0,
    )
    detail_size: int = option(
        256,
        "Side of the square of the crop that is translated at full "
        "resolution. Equal to `data.crop_size / ratio`, context and detail "
        "run as one batch.",
        above=0,
    )
    context_weight: float = option(
        0.5, "Weight of all terms of the translated context.", at_least=0.0
    )
    detail_weight: float = option(
        0.1,
        "Weight of the adversarial and contrastive term of the detail before "
        "fusion.",
        at_least=0.0,
    )
