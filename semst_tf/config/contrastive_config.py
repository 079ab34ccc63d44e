"""Options of the contrastive term."""

import dataclasses

from semst_tf.config.option import option
from semst_tf.losses.contrastive_losses import CONTRASTIVE_LOSSES


@dataclasses.dataclass(frozen=True)
class ContrastiveConfig:
    """Contrast between patches of the input and of the output."""

    loss: str = option(
        "patch_nce",
        '`"patch_nce"` (CUT), `"hard_negative_importance"` (hard negatives by '
        "importance weights, semst_tf design) or "
        '`"hard_negative_similarity"` (as Hneg_SRC released them).',
        choices=CONTRASTIVE_LOSSES,
    )
    weight: float = option(
        1.0,
        "Weight of the term; with `identity` it is shared evenly between "
        "source and target images, as in CUT.",
        at_least=0.0,
    )
    identity: bool = option(
        True,
        "Also translate target images, which should stay what they are. One "
        "more generator and encoder pass.",
    )
    temperature: float = option(0.07, "Divides the similarities.", above=0.0)
    patches: int = option(256, "Tokens a feature map.", above=0)
    units: int = option(256, "Size of a token.", above=0)
    gamma_start: float = option(
        1.0,
        "Spread of the hard-negative weights at the first step; large is flat.",
        above=0.0,
    )
    gamma_end: float = option(
        0.2, "Spread at the last step; between them linear.", above=0.0
    )
    duplicate_threshold: float | None = option(
        None,
        "Negatives of the residual blocks whose cosine with the key is larger "
        "than this are the same surface and are left out; `None` keeps all. "
        "Importance weights only.",
        at_least=-1.0,
        at_most=1.0,
    )
    flip_equivariance: bool = option(
        False,
        "Translate a mirrored copy of half of the images and compare with "
        "the features of the unmirrored one, as FastCUT does. One more "
        "encoder pass.",
    )
