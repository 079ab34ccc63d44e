"""Images in which nothing is left where they hold no data."""

from keras import ops


def only_valid(images, valid):
    """Returns images that are 0, mid-grey, wherever there is no data.

    Args:
        images: Tensor `(batch, height, width, channels)` in [-1, 1].
        valid: Tensor `(batch, height, width, 1)`, 1 for data and 0 for none;
            `None` for data everywhere.

    Returns:
        Float32 tensor of the shape of the images, through which no gradient
        flows where there is no data; `images` itself for `None`.
    """
    if valid is None:
        return images
    images = ops.cast(images, "float32")
    # Not a product, which would keep what is not finite.
    return ops.where(valid > 0, images, ops.zeros_like(images))
