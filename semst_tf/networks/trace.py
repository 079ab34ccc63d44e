"""What a generator computes of images, on the way and at the end."""

import typing


class Trace(typing.NamedTuple):
    """What a generator computes of images.

    Attributes:
        outputs: The translations.
        features: Dict from the name of a contrastive feature to its tensor.
        hidden: The last activation before the head.
    """

    outputs: typing.Any
    features: dict
    hidden: typing.Any
