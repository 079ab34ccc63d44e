"""A check that many functions of images begin with."""


def require_images(images):
    """Raises a `ValueError` unless the tensor has four axes."""
    if len(images.shape) != 4:
        raise ValueError(
            "Expected a tensor of shape `(batch, height, width, channels)`. "
            f"Received: shape={tuple(images.shape)}"
        )
