"""Options of the term of paired images."""

import dataclasses

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
