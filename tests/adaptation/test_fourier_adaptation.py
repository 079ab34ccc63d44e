"""FDA: the look of low frequencies comes, and what is where stays."""

import numpy as np
import pytest

from semst_tf.adaptation.fourier_adaptation import swap_amplitudes


def scene(seed, size=(24, 40), mean=100):
    random = np.random.default_rng(seed)
    image = mean + random.integers(-30, 30, (*size, 3))
    image[: size[0] // 2, : size[1] // 3] += 40
    return image.astype("uint8")


def test_an_image_keeps_itself_against_itself():
    image = scene(0)
    np.testing.assert_array_equal(swap_amplitudes(image, image, 0.2), image)


def test_the_mean_comes_from_the_target_and_edges_stay():
    image, target = scene(0), scene(1, mean=160)
    swapped = swap_amplitudes(image, target, beta=0.0).astype(float)
    np.testing.assert_allclose(
        swapped.mean((0, 1)), target.mean((0, 1)), atol=0.5
    )
    shift = target.mean((0, 1)) - image.mean((0, 1))
    np.testing.assert_allclose(swapped, image + shift, atol=0.51)


def test_only_frequencies_of_the_square_change():
    image, target = scene(0), scene(1)
    swapped = swap_amplitudes(image, target, beta=0.1)
    before, after, theirs = (
        np.abs(np.fft.fft2(values.astype(float), axes=(0, 1)))
        for values in (image, swapped, target)
    )
    # Rounding to 8 bits leaves noise below one level a pixel.
    noise = np.sqrt(24 * 40)
    assert np.abs(after[2, -2] - theirs[2, -2]).max() < noise
    assert np.abs(after[3, 5] - before[3, 5]).max() < noise
    assert np.abs(before[2, -2] - theirs[2, -2]).max() > 2 * noise


def test_a_target_may_have_another_size_and_none_is_changed():
    image, target = scene(0, (23, 41)), scene(1, (64, 64))
    kept = image.copy(), target.copy()
    assert swap_amplitudes(image, target, 0.05).shape == image.shape
    np.testing.assert_array_equal(image, kept[0])
    np.testing.assert_array_equal(target, kept[1])


@pytest.mark.parametrize("beta", [-0.1, 0.6])
def test_a_share_that_cannot_be_is_refused(beta):
    with pytest.raises(ValueError, match="beta"):
        swap_amplitudes(scene(0), scene(1), beta)
