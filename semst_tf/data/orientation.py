"""EXIF and TIFF orientations: images are turned upright when they are read."""

import numpy as np

TAG = 0x0112


def valid(orientation):
    """Returns an orientation from 1 to 8; 1, upright, for anything else."""
    return orientation if orientation in range(1, 9) else 1


def upright_size(height, width, orientation):
    """Returns `(height, width)` as the image is meant to be looked at."""
    return (width, height) if orientation >= 5 else (height, width)


def upright(image, orientation):
    """Turns an array `(height, width, ...)` as its orientation says."""
    if orientation >= 5:
        image = np.swapaxes(image, 0, 1)
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    return np.ascontiguousarray(image)
