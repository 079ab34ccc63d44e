"""Augmentation of what a discriminator sees, through which gradients flow."""

import keras
from keras import ops

from semst_tf.ops.step_seeds import uniform


@keras.saving.register_keras_serializable(package="semst_tf")
class DifferentiableAugmentation(keras.layers.Layer):
    """Shifts, cuts out and mirrors images at random, each by its own draw.

    For the images, real and translated alike, that a discriminator sees: it
    cannot learn few photographs by heart, and the gradient still reaches the
    generator. Colours are never changed, because a discriminator that sees
    changed colours does not teach the generator which are right.

    Args:
        probability: float. Of each of the changes, for each image. At 0
            images are returned as they are. Defaults to `1.0`.
        shift: float. Largest shift as a share of height and width; what
            comes in from outside is 0, mid grey. Defaults to `0.125`.
        cutout: float. Side of a rectangle that becomes 0, as a share of
            height and width. Defaults to `0.5`.
        mirror: float. Probability of mirroring left and right. Leave it at 0
            where target images are not symmetric, such as writing. Defaults
            to `0.0`.
        **kwargs: Arguments of `keras.layers.Layer`.

    Call arguments:
        images: Tensor `(batch, height, width, channels)`.
        seed: int or `keras.random.SeedGenerator`, such as `StepSeeds`.

    Returns:
        Tensor of the shape and dtype of `images`.

    Raises:
        ValueError: If a share is not in [0, 1].

    Reference:
        Differentiable augmentation, Zhao et al. 2020 (translation and cutout,
        without colour).
    """

    def __init__(
        self, probability=1.0, shift=0.125, cutout=0.5, mirror=0.0, **kwargs
    ):
        super().__init__(**kwargs)
        shares = {
            "probability": probability,
            "shift": shift,
            "cutout": cutout,
            "mirror": mirror,
        }
        for name, share in shares.items():
            if not 0 <= share <= 1:
                raise ValueError(
                    f"`{name}` must be from 0 to 1. Received: {name}={share}"
                )
        self.probability = probability
        self.shift = shift
        self.cutout = cutout
        self.mirror = mirror
        self.built = True

    def call(self, images, seed):
        if self.probability == 0:
            return images
        count, height, width, _ = ops.shape(images)
        draws = uniform((7, count), seed)
        chosen = draws[4:] < self.probability
        for axis, size, mirror in ((1, height, 0.0), (2, width, self.mirror)):
            if self.shift == mirror == 0:
                continue
            reach = ops.floor(self.shift * ops.cast(size, "float32"))
            steps = ops.floor(draws[axis - 1] * (2 * reach + 1)) - reach
            steps = ops.where(chosen[0], steps, 0.0)
            # One draw for whether and which, as both only happen together.
            mirrored = draws[6] < self.probability * mirror
            images = _moved(images, axis, size, steps, mirrored)
        if self.cutout > 0:
            inside = [
                _inside(size, self.cutout, draws[2 + index])
                for index, size in enumerate((height, width))
            ]
            hidden = inside[0][:, :, None] & inside[1][:, None, :]
            hidden = hidden & chosen[1][:, None, None]
            kept = ops.cast(ops.logical_not(hidden), images.dtype)
            images = images * kept[..., None]
        return images

    def compute_output_shape(self, images_shape):
        return images_shape

    def get_config(self):
        return {
            **super().get_config(),
            "probability": self.probability,
            "shift": self.shift,
            "cutout": self.cutout,
            "mirror": self.mirror,
        }


def _moved(images, axis, size, steps, mirrored):
    """Images moved along an axis by whole pixels, each by its own number.

    As a product with matrices of ones and zeros, which is exact, and whose
    gradient, unlike that of a gather, is deterministic everywhere.
    """
    places = ops.cast(ops.arange(size), "float32")
    last = ops.cast(size - 1, "float32")
    origin = places[None] - steps[:, None]
    origin = ops.where(mirrored[:, None], last - origin, origin)
    matrix = ops.cast(origin[:, :, None] == places[None, None], images.dtype)
    if axis == 1:
        return ops.einsum("nih,nhwc->niwc", matrix, images)
    return ops.einsum("njw,nhwc->nhjc", matrix, images)


def _inside(size, share, draws):
    """Boolean `(batch, size)`: rows or columns of the part cut out."""
    size_ = ops.cast(size, "float32")
    length = ops.round(share * size_)
    # The centre lies anywhere, so that borders are cut out as often.
    start = ops.floor(draws * size_) - ops.floor(length / 2)
    places = ops.cast(ops.arange(size), "float32")[None]
    start = start[:, None]
    return (places >= start) & (places < start + length)
