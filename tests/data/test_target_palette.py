"""The most frequent colours of a target."""

import numpy as np
import pytest

from semst_tf.data.target_colour import IMAGES
from semst_tf.data.target_palette import flat_share
from semst_tf.data.target_palette import target_palette

MAP = np.array([[0.82, 0.79, 0.74], [0.4, 0.63, 0.99], [-0.5, 0.2, -0.3]])
SHARES = np.array([0.5, 0.3, 0.2])


def flat(count=4, size=50, noise=0.0, colours=MAP, seed=0):
    """Images of stripes of these colours, in these shares."""
    random = np.random.default_rng(seed)
    columns = np.repeat(range(len(colours)), np.rint(size * SHARES).astype(int))
    image = np.broadcast_to(
        colours[columns], (count, size, *colours[columns].shape)
    )
    return image + random.normal(0, noise, image.shape)


def test_flat_colours_are_found_exactly_with_their_shares():
    colours, shares = target_palette(flat(), 3)
    np.testing.assert_allclose(colours, MAP, atol=1e-12)
    np.testing.assert_allclose(shares, SHARES, atol=0.01)


def test_noise_of_compression_does_not_make_new_colours():
    # About three steps of 255, as in a JPEG file of good quality.
    colours, shares = target_palette(flat(noise=0.01), 3)
    np.testing.assert_allclose(colours, MAP, atol=0.005)
    np.testing.assert_allclose(shares, SHARES, atol=0.01)


def test_fewer_colours_than_there_are_are_the_most_frequent_ones():
    colours, shares = target_palette(flat(), 2)
    np.testing.assert_allclose(colours, MAP[:2], atol=1e-12)
    # The rest counts as the colour that is nearest to it.
    np.testing.assert_allclose(shares, [0.5, 0.5], atol=0.01)


def test_two_colours_beside_each_other_are_one():
    near = MAP.copy()
    near[1] = near[0] + 8 / 127.5
    with pytest.raises(ValueError, match="generator.palette.* 2 .*Received: 3"):
        target_palette(flat(colours=near), 3)


def test_any_number_of_channels():
    for channels in (1, 7):
        colours = np.linspace(-1, 1, 3)[:, None] * np.ones(channels)
        found, _ = target_palette(flat(colours=colours), 3)
        np.testing.assert_allclose(found, colours, atol=1e-12)


def test_an_endless_iterable_is_left_after_enough_images():
    read = []

    def endless():
        while True:
            read.append(1)
            yield flat(count=100)

    target_palette(endless(), 3)
    assert len(read) == -(-IMAGES // 100)


def test_the_same_colours_whatever_the_batches():
    whole = target_palette(flat(noise=0.02), 3)
    parts = target_palette(iter(flat(noise=0.02)[:, None]), 3)
    for one, other in zip(whole, parts):
        np.testing.assert_allclose(one, other, atol=1e-12)


def test_compressed_flat_colours_are_flat_and_noise_is_not():
    assert flat_share(flat(noise=0.005), 3) > 0.95
    noise = np.random.default_rng(0).uniform(-1, 1, (2, 50, 50, 3))
    assert flat_share(noise, 8) < 0.05


@pytest.mark.parametrize(
    "images, reason",
    [([], "no images"), (np.full((1, 2, 2, 3), np.nan), "that are not")],
)
def test_nothing_and_not_a_number_are_refused(images, reason):
    with pytest.raises(ValueError, match=f"Received.*{reason}"):
        target_palette(images, 2)
