"""What a discriminator asks of the generator, and is asked itself."""

from semst_tf.losses.adversarial_losses import ADVERSARIAL_LOSSES
from semst_tf.losses.discriminator_guard import discriminator_guard
from semst_tf.losses.matched_places import PlaceWeights
from semst_tf.losses.matched_places import matched_places
from semst_tf.objective.term import Term
from semst_tf.objective.term import ramped


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
        self.reads = self.target_reads = (
            (self.matching,) if self.matching else ()
        )

    def weight(self, progress):
        return self._weight * ramped(progress, self.ramp)

    def __call__(self, view, step):
        fake = view.scores[self.discriminator].fake
        weights = self.place_weights(view, step)
        return _mean(
            [self.loss.generator(maps, weights.source) for maps in fake]
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
        real, fake = view.scores[self.discriminator]
        weights = self.place_weights(view, step)
        value = _mean(
            [
                self.loss.discriminator(
                    one, other, weights.target, weights.source
                )
                for one, other in zip(real, fake)
            ]
        )
        if self.maximum_accuracy is None:
            return value
        return value * discriminator_guard(
            real, fake, self.maximum_accuracy, self.loss.boundary
        )


def _mean(values):
    return sum(values) / len(values)
