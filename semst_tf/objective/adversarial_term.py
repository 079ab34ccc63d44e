"""What a discriminator asks of the generator, and is asked itself."""

from keras import ops

from semst_tf.losses.adversarial_losses import ADVERSARIAL_LOSSES
from semst_tf.losses.discriminator_guard import discriminator_guard
from semst_tf.losses.matched_places import PlaceWeights
from semst_tf.losses.matched_places import matched_places
from semst_tf.objective.term import Term
from semst_tf.objective.term import ramped
from semst_tf.ops.area_average import area_average
from semst_tf.ops.resize_bilinear import resize_bilinear


class AdversarialTerm(Term):
    """The generator's loss from the scores of one discriminator.

    Args:
        name: str. Name of the term.
        config: `semst_tf.config.SemSTConfig`.
        discriminator: str. Name of the scores in `View.scores`.

    Call arguments:
        view: `View`.
        step: `Step`.
    """

    def __init__(self, name, config, discriminator="discriminator"):
        super().__init__(name)
        self.discriminator = discriminator
        self.loss = ADVERSARIAL_LOSSES[config.adversarial.loss]
        self._weight = config.adversarial.weight
        self.ramp = config.adversarial.ramp
        self.matching = config.adversarial.matching
        self.temperature = config.adversarial.matching_temperature
        self.center = config.adversarial.matching_center
        self.reads = self.target_reads = (
            (self.matching,) if self.matching else ()
        )

    def weight(self, progress):
        return self._weight * ramped(progress, self.ramp)

    def __call__(self, view, step):
        scores = view.scores[self.discriminator]
        matched = self.place_weights(view, step).source
        weights = _weights(scores.fake, matched, scores.fake_valid)
        return _mean(
            [self.loss.generator(*both) for both in zip(scores.fake, weights)]
        )

    def place_weights(self, view, step):
        """Weights of places of source and target, `None` without matching."""
        if not self.matching:
            return PlaceWeights(None, None)
        return step.once(
            ("matched places", view.kind.name),
            lambda: matched_places(
                view.features[self.matching],
                view.target_features[self.matching],
                self.temperature,
                self.center,
            ),
        )


class DiscriminatorTerm(AdversarialTerm):
    """The loss of one discriminator.

    Args:
        name: str. Name of the term.
        config: `semst_tf.config.SemSTConfig`.
        discriminator: str. Name of the scores in `View.scores`.

    Call arguments:
        view: `View`.
        step: `Step`.
    """

    trains_discriminator = True

    def __init__(self, name, config, discriminator="discriminator"):
        super().__init__(name, config, discriminator)
        self.maximum_accuracy = config.adversarial.maximum_accuracy

    def weight(self, progress):
        return 1.0

    def __call__(self, view, step):
        real, fake, *valid = view.scores[self.discriminator]
        matched = self.place_weights(view, step)
        real_weights = _weights(real, matched.target, valid[0])
        fake_weights = _weights(fake, matched.source, valid[1])
        value = _mean(
            [
                self.loss.discriminator(*maps)
                for maps in zip(real, fake, real_weights, fake_weights)
            ]
        )
        if self.maximum_accuracy is None:
            return value
        return value * discriminator_guard(
            real,
            fake,
            self.maximum_accuracy,
            self.loss.boundary,
            # As ever, what is matched does not count here.
            _weights(real, None, valid[0]),
            _weights(fake, None, valid[1]),
        )


def _weights(maps, matched, valid):
    """Weights of the places of score maps, a list; `None` for all alike.

    Args:
        maps: List of tensors `(batch, rows, columns, 1)`.
        matched: One of `PlaceWeights`, or `None`.
        valid: Where the images hold data, `(batch, height, width, 1)`, or
            `None`. What a place counts is the share of its area that does.
    """
    if valid is None:
        return [matched] * len(maps)
    sizes = [tuple(ops.shape(scores)[1:3]) for scores in maps]
    weights = [area_average(valid, *size) for size in sizes]
    if matched is None:
        return weights
    return [
        share * resize_bilinear(matched, size)
        for share, size in zip(weights, sizes)
    ]


def _mean(values):
    return sum(values) / len(values)
