"""The adversarial losses that a configuration can choose from."""

import typing

from semst_tf.losses.hinge_gan import hinge_discriminator_loss
from semst_tf.losses.hinge_gan import hinge_generator_loss
from semst_tf.losses.least_squares_gan import least_squares_discriminator_loss
from semst_tf.losses.least_squares_gan import least_squares_generator_loss


class AdversarialLoss(typing.NamedTuple):
    """Both sides of an adversarial loss.

    Attributes:
        generator: Function of `(fake_scores, place_weights)`.
        discriminator: Function of `(real_scores, fake_scores, real_weights,
            fake_weights)`.
        boundary: float. Scores above it mean real.
    """

    generator: typing.Callable
    discriminator: typing.Callable
    boundary: float


ADVERSARIAL_LOSSES = {
    "least_squares": AdversarialLoss(
        least_squares_generator_loss, least_squares_discriminator_loss, 0.5
    ),
    "hinge": AdversarialLoss(
        hinge_generator_loss, hinge_discriminator_loss, 0.0
    ),
}
"""From names to `AdversarialLoss`; a new loss is one entry here."""
