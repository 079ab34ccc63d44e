"""Options of the adversarial term."""

import dataclasses

from semst_tf.config.option import option
from semst_tf.losses.adversarial_losses import ADVERSARIAL_LOSSES


@dataclasses.dataclass(frozen=True)
class AdversarialConfig:
    """The term through which the discriminator trains the generator."""

    weight: float = option(
        1.0,
        "Weight of the adversarial term of the generator.",
        at_least=0.0,
    )
    loss: str = option(
        "least_squares",
        "What both sides minimise. Hinge is meant for projected "
        "discriminators.",
        choices=ADVERSARIAL_LOSSES,
    )
    ramp: float = option(
        0.0,
        "Share of the training over which the weight grows from 0 to its full "
        "value, so that a discriminator that learns fast does not lead from "
        "the first step on.",
        at_least=0.0,
        at_most=1.0,
    )
    matching: str | None = option(
        None,
        "Feature of a frozen network by which places of source and target "
        "crop are matched, such as `efficientnet_lite0/stride_16`: places "
        "count by how much of them the other crop shows. `None` weighs all "
        "alike.",
    )
    matching_temperature: float = option(
        0.05, "Divides the cosines of matched places.", above=0.0
    )
    matching_center: bool = option(
        True,
        "Subtract from the features of each crop their mean before its places "
        "are matched, against differences between the domains. Without it, "
        "things that only one of the crops shows count less.",
    )
    maximum_accuracy: float | None = option(
        None,
        "Image pairs that the discriminator tells apart better than this do "
        "not train it, so that it does not get too far ahead. `None` trains "
        "it always.",
        above=0.0,
        at_most=1.0,
    )
