"""Finds the images of both domains of a training."""

from semst_tf.data import ImageCollection
from semst_tf.training.image_options import image_options


def open_domains(config, source, target):
    """Returns the images of a training, of which none is read yet.

    Args:
        config: `SemSTConfig` that says how they are read.
        source: Source images, as `ImageCollection` takes them.
        target: Target images.

    Returns:
        Pair of `ImageCollection`, source and target.

    Raises:
        OSError: If a folder is missing.
        ValueError: If there are no images.
    """
    options = image_options(config)
    return tuple(
        ImageCollection(images, default_split=split, **options[domain])
        for domain, images, split in (
            ("source", source, "trainA"),
            ("target", target, "trainB"),
        )
    )
