"""Images as networks that score colour images take them."""

import numpy as np

from semst_tf.data.channels import convert_channels
from semst_tf.pretrained.unit_images import unit_images


def as_colour(image):
    """Returns an image with three channels, for networks that score.

    Args:
        image: Array `(height, width, channels)`, or a batch of these: uint8
            or uint16 in the range of the type, or floating point in [-1, 1].
            Grey is repeated.

    Returns:
        Array `(..., height, width, 3)`: uint8 as it was, anything else as
        float32 in [-1, 1].

    Raises:
        ValueError: If there are neither one nor three channels, or the range
            of the values is not known.
    """
    image = np.asarray(image)
    if image.ndim not in (3, 4) or image.shape[-1] not in (1, 3):
        raise ValueError(
            "Networks that score images know grey and colour, one or three "
            "channels; leave out what needs them (labels, FID and KID). "
            f"Received: shape={image.shape}"
        )
    if image.dtype != np.uint8:
        image = unit_images(image)
    return convert_channels(image, 3)
