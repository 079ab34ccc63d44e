"""Least-squares adversarial loss on scores of patches."""

import keras
from keras import ops

from semst_tf.losses.place_weights import image_mean


def least_squares(scores, target, place_weights=None):
    """Mean squared distance of each image's scores to a target label.

    Args:
        scores: Tensor of shape `(batch, ...)`, usually
            `(batch, height, width, 1)`.
        target: Label that broadcasts to `scores`: 1 for real, 0 for
            translated.
        place_weights: Tensor `(batch, rows, columns, 1)` or `None`; see
            `matched_places`. Defaults to `None`.

    Returns:
        Float32 tensor of shape `(batch,)`.
    """
    scores = ops.cast(scores, "float32")
    target = ops.cast(target, "float32")
    return image_mean(ops.square(scores - target), place_weights)


def least_squares_generator_loss(fake_scores, place_weights=None):
    """What the generator minimises: translated images scored as real.

    Args:
        fake_scores: Discriminator scores of translated images, a tensor of
            shape `(batch, height, width, 1)`.
        place_weights: Tensor `(batch, rows, columns, 1)` or `None`. Defaults
            to `None`.

    Returns:
        Float32 tensor of shape `(batch,)`.

    Reference:
        LSGAN, Mao et al. 2017, as used by CUT, Park et al. 2020.
    """
    return least_squares(fake_scores, 1.0, place_weights)


def least_squares_discriminator_loss(
    real_scores, fake_scores, real_weights=None, fake_weights=None
):
    """What the discriminator minimises: real towards 1, translated towards 0.

    Args:
        real_scores: Scores of images of the target domain, a tensor of shape
            `(batch, height, width, 1)`.
        fake_scores: Scores of translated images, with the same batch size.
        real_weights: Weights of the places of `real_scores`, a tensor
            `(batch, rows, columns, 1)`, or `None`. Defaults to `None`.
        fake_weights: The same of `fake_scores`.

    Returns:
        Float32 tensor of shape `(batch,)`, half the sum of both parts.

    Reference:
        LSGAN, Mao et al. 2017, as used by CUT, Park et al. 2020.
    """
    real = least_squares(real_scores, 1.0, real_weights)
    fake = least_squares(fake_scores, 0.0, fake_weights)
    return 0.5 * (real + fake)


@keras.saving.register_keras_serializable(package="semst_tf")
class LeastSquaresGAN(keras.losses.Loss):
    """Squared distance of discriminator scores to their labels.

    Args:
        **kwargs: `name`, `reduction` and `dtype` of `keras.losses.Loss`.

    Call arguments:
        y_true: Labels that broadcast to the scores: 1 for real, 0 for
            translated.
        y_pred: Scores of shape `(batch, height, width, 1)`.

    Returns:
        With `reduction=None` a float32 tensor of shape `(batch,)`; by default
        its mean.

    Reference:
        LSGAN, Mao et al. 2017, as used by CUT, Park et al. 2020.
    """

    def __init__(self, name="least_squares_gan", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        return least_squares(y_pred, y_true)
