"""Patches of the output resemble those of the input at their place."""

from semst_tf.objective.term import Term


class ContrastiveTerm(Term):
    """Contrast between patches of the source and of its translation.

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
        super().__init__("contrastive")
        # As in CUT, the identity term takes half of the weight.
        self._weight = config.weight * (0.5 if config.identity else 1.0)
        self.contrast = contrast

    def weight(self, progress):
        return self._weight

    def __call__(self, view, step):
        return self.contrast.values(view, step)[0]
