"""Rests a discriminator that is too far ahead of the generator."""

from keras import ops

from semst_tf.losses.place_weights import image_mean


def discriminator_accuracy(
    real_scores,
    fake_scores,
    boundary=0.0,
    real_weights=None,
    fake_weights=None,
):
    """Share of the scores of each image pair that are on the right side.

    Args:
        real_scores: Scores of images of the target domain
            `(batch, height, width, 1)`, or a dict or list of such, one a
            scale, which count alike.
        fake_scores: The same of translated images.
        boundary: float. Scores above it mean real: 0 for the hinge loss, 0.5
            for least squares. Defaults to `0.0`.
        real_weights: Weights of the places of `real_scores`, a list of
            tensors `(batch, rows, columns, 1)`, one a scale, or `None` for
            places that count alike. Defaults to `None`.
        fake_weights: The same of `fake_scores`.

    Returns:
        Float32 tensor of shape `(batch,)`, from 0 to 1, the mean of both
        sides; 0.5 for a discriminator that knows nothing.
    """
    real, fake = _maps(real_scores), _maps(fake_scores)
    right = [
        _share(scores > boundary, weights)
        for scores, weights in zip(real, real_weights or [None] * len(real))
    ]
    right += [
        _share(scores < boundary, weights)
        for scores, weights in zip(fake, fake_weights or [None] * len(fake))
    ]
    return ops.mean(ops.stack(right), axis=0)


def discriminator_guard(
    real_scores,
    fake_scores,
    maximum_accuracy=0.9,
    boundary=0.0,
    real_weights=None,
    fake_weights=None,
):
    """Factor of the discriminator loss: 0 while it is right too often.

    Decided for each image pair by its own scores, so that replicas and parts
    of a batch decide as one batch does.

    Args:
        real_scores: See `discriminator_accuracy`.
        fake_scores: See `discriminator_accuracy`.
        maximum_accuracy: float. Up to it the loss counts. At `1.0` it always
            does. Defaults to `0.9`.
        boundary: float. See `discriminator_accuracy`.
        real_weights: See `discriminator_accuracy`.
        fake_weights: See `discriminator_accuracy`.

    Returns:
        Float32 tensor of shape `(batch,)` of zeros and ones, without gradient.

    Raises:
        ValueError: If `maximum_accuracy` is not in [0, 1].

    Reference:
        EPE, Richter et al. 2021, skips updates above an accuracy of 0.6.
    """
    if not 0 <= maximum_accuracy <= 1:
        raise ValueError(
            "`maximum_accuracy` must be from 0 to 1. "
            f"Received: maximum_accuracy={maximum_accuracy}"
        )
    accuracy = discriminator_accuracy(
        real_scores, fake_scores, boundary, real_weights, fake_weights
    )
    # A mean of ones may be rounded above 1.
    counts = ops.cast(accuracy <= maximum_accuracy + 1e-6, "float32")
    return ops.stop_gradient(counts)


def _maps(scores):
    if isinstance(scores, dict):
        return list(scores.values())
    return scores if isinstance(scores, (list, tuple)) else [scores]


def _share(right, weights):
    return image_mean(ops.cast(right, "float32"), weights)
