"""Fields of source and output that should tell about each other."""

from semst_tf.objective.term import Term
from semst_tf.objective.term import ramped


class AlignmentTerm(Term):
    """Mutual information between fields of the source and of the output.

    Args:
        name: str. `"structure"`, `"texture"`, `"tone"` or `"semantics"`.
        config: `semst_tf.config.AlignmentConfig`.
        alignments: Dict from the name of a feature to the `Alignment` that
            compares it; the term is the mean over them.

    Call arguments:
        view: `View`.
        step: `Step`.

    Reference:
        semst_tf design after the words of the SemST abstract (Zhao et al.
        2023).
    """

    def __init__(self, name, config, alignments):
        super().__init__(name)
        self._weight = config.weight
        self.ramp = config.ramp
        self.alignments = alignments
        self.reads = tuple(alignments)

    def applies_to(self, kind):
        return kind.aligned

    def weight(self, progress):
        return self._weight * ramped(progress, self.ramp)

    def __call__(self, view, step):
        values = [
            alignment(*view.pair(name), seed=step.seeds, valid=view.valid)
            for name, alignment in self.alignments.items()
        ]
        return sum(values) / len(values)
