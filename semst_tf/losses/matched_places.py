"""Weights of places, so that two images weigh each kind of thing alike."""

import typing

from keras import ops

from semst_tf.losses.tokens import centered
from semst_tf.losses.tokens import pairwise_similarity
from semst_tf.losses.tokens import require_positive
from semst_tf.ops.unit_length import unit_length


class PlaceWeights(typing.NamedTuple):
    """Float32 maps `(batch, height, width, 1)` with a mean of 1."""

    source: typing.Any
    target: typing.Any


def matched_places(source, target, temperature=0.05, center=True):
    """Weighs the places of two images by what the other one shows.

    That one crop is half sky and the other is not is enough for a
    discriminator to separate them, and its gradients then change the layout.
    Every place of one image is shared out among the places of the other that
    resemble it; what a place gets is its weight. Sky of a target crop then
    counts as much as there is sky in the source crop, and things that only one
    of them shows hardly count.

    Args:
        source: Deep standardised features of source images `(batch, height,
            width, channels)`, such as `"stride_16"` of `EfficientNetLite0`.
        target: The same of the target images that they are compared with, of
            the same batch size and channels; its size may differ.
        temperature: float, what the cosines are divided by. Defaults to
            `0.05`.
        center: bool. Whether the mean feature of each image is subtracted
            first, so that a difference between the domains as a whole does
            not count. A place that nothing in the other image resembles then
            resembles some of it by chance, and counts for more than without.
            Defaults to `True`.

    Returns:
        `PlaceWeights`, the pair `(source, target)`: for each place of the
        source how much of the target it stands for, and the other way round.
        No gradient flows through them.

    Raises:
        ValueError: If the tensors are no maps of equal channels, or the
            temperature is not above zero.

    Reference:
        semst_tf design; after the matched crops of EPE, Richter et al. 2021.
    """
    require_positive("temperature", temperature)
    shapes = tuple(source.shape), tuple(target.shape)
    if any(len(s) != 4 for s in shapes) or shapes[0][-1] != shapes[1][-1]:
        raise ValueError(
            "Source and target must be maps `(batch, height, width, "
            "channels)` of equal channels. "
            f"Received: source.shape={shapes[0]}, target.shape={shapes[1]}"
        )
    similarity = pairwise_similarity(
        _tokens(source, center), _tokens(target, center)
    )
    logits = similarity / temperature
    of_source = ops.mean(ops.softmax(logits, axis=1), axis=2)
    of_target = ops.mean(ops.softmax(logits, axis=2), axis=1)
    return PlaceWeights(_map(of_source, source), _map(of_target, target))


def _tokens(maps, center):
    batch, height, width, channels = ops.shape(maps)
    maps = ops.cast(ops.stop_gradient(maps), "float32")
    tokens = ops.reshape(maps, (batch, height * width, channels))
    return unit_length(centered(tokens) if center else tokens)


def _map(shares, like):
    batch, height, width, _ = ops.shape(like)
    weights = shares / ops.mean(shares, axis=-1, keepdims=True)
    return ops.stop_gradient(ops.reshape(weights, (batch, height, width, 1)))
