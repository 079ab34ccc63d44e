"""How patches of the source relate stays as it is."""

from semst_tf.losses.semantic_relation import semantic_relation
from semst_tf.objective.term import Term


class SemanticRelationTerm(Term):
    """Semantic relation consistency of the tokens of source and output.

    Args:
        weight: float. Weight of the term.
        contrast: `PatchContrast`.

    Call arguments:
        view: `View`.
        step: `Step`.

    Reference:
        Hneg_SRC, Jung et al. 2022.
    """

    def __init__(self, weight, contrast):
        super().__init__("semantic_relation")
        self._weight = weight
        self.contrast = contrast

    def applies_to(self, kind):
        return kind.aligned

    def weight(self, progress):
        return self._weight

    def __call__(self, view, step):
        query, key = self.contrast.tokens(view, step)[0]
        values = [semantic_relation(q, k) for q, k in zip(query, key)]
        return sum(values) / len(values)
