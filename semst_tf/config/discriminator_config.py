"""Options of the discriminator."""

import dataclasses

from semst_tf.config.choices import NORMALIZATIONS
from semst_tf.config.option import option


@dataclasses.dataclass(frozen=True)
class DiscriminatorConfig:
    """The network that tells translations from target images."""

    filters: int = option(64, "Channels after the first convolution.", above=0)
    layers: int = option(
        3,
        "Convolutions of stride 2. 3: a score sees 70 x 70 pixels, 2: "
        "34 x 34, 1: 16 x 16.",
        above=0,
    )
    normalization: str = option(
        "instance",
        '`"instance"` (CUT) hides most of the tint of a crop, `"layer"` keeps '
        'it; `"none"`.',
        choices=NORMALIZATIONS,
    )
