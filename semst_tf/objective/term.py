"""What every term of the objective offers."""

import abc

from keras import ops


class Term(abc.ABC):
    """One thing that is minimised, for every view that it applies to.

    The objective is a list of terms. Their names are the names of the
    metrics, in the order of the list.

    Args:
        name: str. Name of the term; names of views are put in front.

    Call arguments:
        view: `View`.
        step: `Step`.

    Returns:
        Float32 tensor `(batch,)`, one number an image, none mixed between
        images.

    Attributes:
        trains_discriminator: bool. Whether the discriminators minimise it and
            not the generator.
        reads: Tuple of str. Names of the features of source and output that
            it needs, see `View`; `"pixels"` is always there.
        target_reads: Tuple of str. The same of the target.
        paired_reads: Tuple of str. The same of paired images.
    """

    trains_discriminator = False
    reads = ()
    target_reads = ()
    paired_reads = ()

    def __init__(self, name):
        self.name = name

    def applies_to(self, kind):
        """Whether views of a `ViewKind` have this term. Defaults to all."""
        return True

    def weight(self, progress):
        """Returns what the term counts at a share of the training."""
        return 1.0

    @abc.abstractmethod
    def __call__(self, view, step):
        """Computes the term of a view."""


def ramped(progress, ramp):
    """Returns a factor that grows from 0 to 1 over a share of the training.

    Args:
        progress: Scalar in [0, 1], the share of the training that is done.
        ramp: float. Share over which it grows; 0 for none.

    Returns:
        Float32 scalar tensor, or 1.0.
    """
    if not ramp:
        return 1.0
    return ops.clip(ops.cast(progress, "float32") / ramp, 0.0, 1.0)
