"""Images as networks that score colour images take them."""

import numpy as np

from semst_tf.data.channels import convert_channels
from semst_tf.data.value_range import to_unit_range


def as_colour(image):
    """Returns an image with three channels, for networks that score.

    Args:
        image: Array `(height, width, channels)`: integers in the range of
            their type, or floating point in [-1, 1]. Grey is repeated.

    Returns:
        Array `(height, width, 3)`: uint8 as it was, anything else as float32
        in [-1, 1].

    Raises:
        ValueError: If there are neither one nor three channels.
    """
    image = np.asarray(image)
    if image.ndim != 3 or image.shape[-1] not in (1, 3):
        raise ValueError(
            "Networks that score images know grey and colour, one or three "
            "channels; leave out what needs them (labels, FID and KID). "
            f"Received: an image of shape {image.shape}"
        )
    if image.dtype != np.uint8:
        floating = np.issubdtype(image.dtype, np.floating)
        image = to_unit_range(image, (-1.0, 1.0) if floating else None)
    return convert_channels(image, 3)
