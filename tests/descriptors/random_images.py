"""Small synthetic images for the tests of the descriptors."""

import numpy as np


def scene(seed=0, size=64, channels=3):
    """Patches of random colour, a disc and some noise, in [-1, 1]."""
    rng = np.random.default_rng(seed)
    patches = rng.uniform(-0.7, 0.7, (size // 8, size // 8, channels))
    image = np.kron(patches, np.ones((8, 8, 1)))
    rows, columns = np.mgrid[:size, :size]
    centre = rng.uniform(0.3, 0.7, 2) * size
    disc = np.hypot(rows - centre[0], columns - centre[1]) < size / 5
    image[disc] = rng.uniform(-0.7, 0.7, channels)
    image += 0.02 * rng.standard_normal(image.shape)
    return np.clip(image, -1, 1)[None].astype("float32")


def stripes(direction, period=8, phase=0, size=48):
    """Sinusoidal stripes whose brightness changes along `direction`."""
    rows, columns = np.mgrid[:size, :size]
    place = direction[0] * rows + direction[1] * columns + phase
    wave = 0.5 * np.sin(2 * np.pi * place / period)
    return np.repeat(wave[None, :, :, None], 3, axis=-1).astype("float32")


def mean_cosine(first, second):
    """Mean cosine between two fields, place by place."""
    first, second = np.asarray(first), np.asarray(second)
    lengths = np.linalg.norm(first, axis=-1) * np.linalg.norm(second, axis=-1)
    return float(np.mean(np.sum(first * second, axis=-1) / (lengths + 1e-9)))
