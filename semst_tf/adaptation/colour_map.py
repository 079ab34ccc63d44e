"""One linear map of colours, a translator without training."""

import numpy as np

SMALLEST_VARIANCE = 1e-3
"""Of a direction of colours, in squared grey levels.

A domain without any colour still has an inverse.
"""


def colour_map(images, targets):
    """Finds the linear map between the colours of two sets of images.

    It moves mean and covariance of the colours, with the least change to each
    pixel.

    Args:
        images: Iterable of uint8 arrays `(height, width, 3)`.
        targets: The same, of the target.

    Returns:
        A function that maps such an image to a float array of its size,
        values from 0 to 255.

    Reference:
        The linear Monge-Kantorovitch solution of Pitie and Kokaram, 2007.
    """
    mean, covariance = _moments(images)
    target_mean, target_covariance = _moments(targets)
    root = _power(covariance, 0.5)
    inverse = _power(covariance, -0.5)
    middle = _power(root @ target_covariance @ root, 0.5)
    matrix = inverse @ middle @ inverse

    def mapped(image):
        moved = (image - mean) @ matrix + target_mean
        return np.clip(moved, 0, 255)

    return mapped


def _moments(images):
    """Mean and covariance of the colours of images."""
    count, total, products = 0, np.zeros(3), np.zeros((3, 3))
    for image in images:
        colours = image.reshape(-1, 3).astype("float64")
        count += len(colours)
        total += colours.sum(0)
        products += colours.T @ colours
    mean = total / count
    return mean, products / count - np.outer(mean, mean)


def _power(matrix, exponent):
    """A power of a symmetric matrix with no negative eigenvalue."""
    values, vectors = np.linalg.eigh(matrix)
    values = np.maximum(values, SMALLEST_VARIANCE) ** exponent
    return (vectors * values) @ vectors.T
