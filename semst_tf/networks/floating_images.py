"""Images for a network, which must be floating point."""

import keras
from keras import ops


def floating_images(images, dtype):
    """Casts images to the precision in which a network computes.

    Args:
        images: Tensor, also a symbolic one, in [-1, 1].
        dtype: str. A floating point type.

    Returns:
        Tensor of this type.

    Raises:
        ValueError: If the images are not floating point: as numbers they are
            far outside of [-1, 1], and a translation of them is garbage.
    """
    given = keras.backend.standardize_dtype(images.dtype)
    if not given.startswith(("float", "bfloat")):
        raise ValueError(
            "A network takes floating point images in [-1, 1], for instance "
            "`images / 127.5 - 1` of uint8; `translate` converts integers. "
            f"Received: shape={tuple(images.shape)}, dtype={given}"
        )
    return ops.cast(images, dtype)
