"""What is known of some translations."""

from keras import ops

from semst_tf.objective.term import Term


class PairedTerm(Term):
    """Mean absolute difference between translations and known ones.

    Pairs come in the batch beside the unpaired images, and are none of them.
    What the generator is told at a pair is the whole image, every pixel
    alike.

    Args:
        weight: float. Weight of the term.

    Call arguments:
        view: `View` whose kind is `paired`.
        step: `Step`.

    Reference:
        pix2pix, Isola et al. 2017, whose reconstruction term it is.
    """

    def __init__(self, weight):
        super().__init__("paired")
        self._weight = weight

    def applies_to(self, kind):
        return kind.paired

    def weight(self, progress):
        return self._weight

    def __call__(self, view, step):
        output = ops.cast(view.paired_output, "float32")
        wanted = ops.cast(view.paired_target, "float32")
        return ops.mean(ops.abs(output - wanted), axis=(1, 2, 3))
