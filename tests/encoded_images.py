"""Image files in memory."""

import io

import numpy as np
from PIL import Image


def encoded(image, kind="PNG"):
    """The bytes of a file that holds an image `(height, width, channels)`."""
    file = io.BytesIO()
    array = image[..., 0] if image.shape[-1] == 1 else image
    Image.fromarray(array).save(file, kind)
    return file.getvalue()


def decoded(content):
    """The pixels of a file, `(height, width, channels)`."""
    array = np.asarray(Image.open(io.BytesIO(content)))
    return array if array.ndim == 3 else array[..., None]
