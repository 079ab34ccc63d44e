"""One look at a batch: pictures and what became of them."""

import typing


class ViewKind(typing.NamedTuple):
    """What is asked of a view.

    Attributes:
        name: str. Begins the names of the terms; empty for the view that
            translations come from.
        weight: float. Weight of all its terms.
        discriminator: str. Name of the network that scores it.
        identity: bool. Whether target pictures are translated too and should
            stay what they are.
        aligned: bool. Whether alignment and semantic relation apply.
    """

    name: str = ""
    weight: float = 1.0
    discriminator: str = "discriminator"
    identity: bool = False
    aligned: bool = True


class View(typing.NamedTuple):
    """Pictures of one size and their translations.

    The first entries of features and output features are the source's; the
    target's follow where there is an identity term. Features are the
    contrastive ones, in the order of the generator's `feature_layers`.

    Attributes:
        kind: `ViewKind`.
        source: Source pictures `(batch, height, width, channels)`.
        target: Pictures of the target domain of the same height and width.
        output: Translations of the source pictures.
        features: List of features of the pictures that were translated.
        output_features: List of features of their translations.
    """

    kind: ViewKind
    source: typing.Any
    target: typing.Any
    output: typing.Any
    features: list
    output_features: list
