"""Hinge loss of discriminator scores."""

import keras
from keras import ops

from semst_tf.losses.place_weights import image_mean


def hinge_generator_loss(fake_scores, place_weights=None):
    """What the generator minimises: the negative mean score.

    Args:
        fake_scores: Discriminator scores of translated images, a tensor of
            shape `(batch, height, width, 1)`.
        place_weights: Tensor `(batch, rows, columns, 1)` or `None`; see
            `matched_places`. Defaults to `None`.

    Returns:
        Float32 tensor of shape `(batch,)`.

    Reference:
        Geometric GAN, Lim and Ye 2017; as used by Projected GANs, Sauer et
        al. 2021.
    """
    return -image_mean(ops.cast(fake_scores, "float32"), place_weights)


def hinge_discriminator_loss(
    real_scores, fake_scores, real_weights=None, fake_weights=None
):
    """What the discriminator minimises: real above 1, translated below -1.

    Args:
        real_scores: Scores of images of the target domain, a tensor of shape
            `(batch, height, width, 1)`.
        fake_scores: Scores of translated images, with the same batch size.
        real_weights: Weights of the places of `real_scores`, a tensor
            `(batch, rows, columns, 1)`, or `None`. Defaults to `None`.
        fake_weights: The same of `fake_scores`.

    Returns:
        Float32 tensor of shape `(batch,)`, the sum of both parts.

    Reference:
        Geometric GAN, Lim and Ye 2017; as used by Projected GANs, Sauer et
        al. 2021.
    """
    real = hinge(real_scores, 1.0, real_weights)
    return real + hinge(fake_scores, 0.0, fake_weights)


def hinge(scores, target, place_weights=None):
    """Mean distance of each image's scores to the right side of the margin.

    Args:
        scores: Tensor of shape `(batch, ...)`, usually
            `(batch, height, width, 1)`.
        target: Label that broadcasts to `scores`: 1 for real, 0 for
            translated, as in `least_squares`.
        place_weights: Tensor `(batch, rows, columns, 1)` or `None`. Defaults
            to `None`.

    Returns:
        Float32 tensor of shape `(batch,)`.
    """
    side = 2.0 * ops.cast(target, "float32") - 1.0
    short = ops.relu(1.0 - side * ops.cast(scores, "float32"))
    return image_mean(short, place_weights)


@keras.saving.register_keras_serializable(package="semst_tf")
class HingeGAN(keras.losses.Loss):
    """Hinge loss of discriminator scores, as the discriminator minimises it.

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
        Geometric GAN, Lim and Ye 2017.
    """

    def __init__(self, name="hinge_gan", **kwargs):
        super().__init__(name=name, **kwargs)

    def call(self, y_true, y_pred):
        return hinge(y_pred, y_true)
