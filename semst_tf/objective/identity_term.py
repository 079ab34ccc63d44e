"""Images of the target stay what they are."""

from semst_tf.objective.contrastive_term import ContrastiveTerm


class IdentityTerm(ContrastiveTerm):
    """Contrast between patches of the target and of its translation.

    Args:
        config: `semst_tf.config.ContrastiveConfig`.
        contrast: `PatchContrast`.

    Call arguments:
        view: `View`.
        step: `Step`.

    Reference:
        CUT, Park et al. 2020.
    """

    def __init__(self, config, contrast):
        super().__init__(config, contrast)
        self.name = "identity"

    def applies_to(self, kind):
        return kind.identity

    def __call__(self, view, step):
        return self.contrast.values(view, step)[1]
