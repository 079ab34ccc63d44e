"""One summand of a loss."""

import typing

from keras import ops


class WeightedValue(typing.NamedTuple):
    """The value of a term and what it counts.

    Attributes:
        value: Float32 tensor `(batch,)`, one number an image and never mixed
            between images.
        weight: float or scalar tensor.
    """

    value: typing.Any
    weight: typing.Any


def total(terms):
    """Sums terms times their weights, the mean over the images of a batch.

    Args:
        terms: Dict from name to `WeightedValue`.

    Returns:
        Float32 scalar tensor.
    """
    return sum(term.weight * ops.mean(term.value) for term in terms.values())
