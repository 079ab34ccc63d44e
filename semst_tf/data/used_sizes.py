"""Sizes of images as they are trained on."""


def used_sizes(images):
    """Returns height and width of images once they are resized.

    Args:
        images: `semst_tf.data.ImageCollection`; headers are read.

    Returns:
        List of tuples of two ints.

    Raises:
        OSError, ValueError: If an image cannot be read.
    """
    headers = (images.header(index) for index in range(len(images)))
    return [(header.height, header.width) for header in headers]
