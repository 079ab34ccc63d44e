"""Cuts off what was padded at the bottom and the right."""

from keras import ops


def crop_like(maps, images):
    """Returns the upper left corner of maps, of the size of images.

    Nothing is added to the graph where the sizes are known and equal.

    Args:
        maps: Tensor `(batch, height, width, channels)`.
        images: Tensor `(batch, height, width, channels)`, not larger.

    Returns:
        Tensor of the height and width of the images.
    """
    size = tuple(images.shape[1:3])
    if None not in size and tuple(maps.shape[1:3]) == size:
        return maps
    height, width = ops.shape(images)[1:3]
    return maps[:, :height, :width]
