"""What frozen networks see in known translations."""

from keras import ops

from semst_tf.objective.term import Term


class PairedFeaturesTerm(Term):
    """Mean absolute difference between frozen features of pairs.

    Differences in what an image shows cost more than differences of pixels
    that are invisible, and a blurred image costs although its pixels are near.

    Args:
        config: `semst_tf.config.PairedConfig`.

    Call arguments:
        view: `View` whose kind is `paired`.
        step: `Step`.

    Reference:
        Johnson et al. 2016 (perceptual loss); the features are standardised,
        so that every channel counts alike (semst_tf design).
    """

    def __init__(self, config):
        super().__init__("paired_features")
        self._weight = config.feature_weight
        self.paired_reads = config.feature_names

    def applies_to(self, kind):
        return kind.paired

    def weight(self, progress):
        return self._weight

    def __call__(self, view, step):
        values = [
            ops.mean(
                ops.abs(
                    ops.cast(view.paired_output_features[name], "float32")
                    - ops.cast(view.paired_features[name], "float32")
                ),
                axis=(1, 2, 3),
            )
            for name in self.paired_reads
        ]
        return sum(values) / len(values)
