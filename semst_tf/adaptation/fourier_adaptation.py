"""Fourier domain adaptation: low frequencies of another image, no training."""

import numpy as np

from semst_tf.data.resize import resize_image


def swap_amplitudes(image, target, beta=0.01):
    """Gives an image the amplitudes of a target's lowest frequencies.

    Phases, which hold what is where, stay those of the image.

    Args:
        image: uint8 array `(height, width, channels)`.
        target: uint8 array of as many channels, of any size.
        beta: float. Half the side of the square of frequencies that is
            swapped, as a share of the smaller side of the image; at least the
            mean is swapped. Defaults to `0.01`.

    Returns:
        uint8 array of the shape of `image`.

    Raises:
        ValueError: If `beta` is not from 0 to 0.5.

    Example:

    >>> swap_amplitudes(street, photograph, beta=0.05).shape == street.shape
    True

    Reference:
        FDA, Yang and Soatto 2020.
    """
    if not 0 <= beta <= 0.5:
        raise ValueError(
            f"`beta` is a share from 0 to 0.5. Received: beta={beta}"
        )
    height, width = image.shape[:2]
    if target.shape[:2] != (height, width):
        target = resize_image(target, (height, width))
    ours, theirs = (
        np.fft.fft2(values.astype("float64"), axes=(0, 1))
        for values in (image, target)
    )
    reach = int(min(height, width) * beta)
    low = np.outer(_low(height, reach), _low(width, reach))[..., None]
    amplitudes = np.where(low, np.abs(theirs), np.abs(ours))
    swapped = np.fft.ifft2(
        amplitudes * np.exp(1j * np.angle(ours)), axes=(0, 1)
    )
    return np.clip(np.rint(swapped.real), 0, 255).astype("uint8")


def _low(size, reach):
    """Whether each frequency of an axis is one of the lowest."""
    frequencies = np.abs(np.fft.fftfreq(size, 1 / size))
    return np.rint(frequencies) <= reach
