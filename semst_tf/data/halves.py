"""Side-by-side files, of which one half is the image."""

import os

HALVES = ("left", "right")


def split_half(images, half=None):
    """Takes `@left` or `@right` off the end of a folder name.

    Args:
        images: What names images; only a path can have such an end. A folder
            whose own name ends so is that folder.
        half: str or `None`. The half that was asked for beside the name.

    Returns:
        The images without the end, and `"left"`, `"right"` or `None`.

    Raises:
        ValueError: If name and `half` disagree.

    Example:

    >>> split_half("maps/train@left")
    ('maps/train', 'left')
    """
    if not isinstance(images, (str, os.PathLike)):
        return images, half
    folder, separator, suffix = os.fspath(images).rpartition("@")
    is_half = separator and suffix in HALVES
    if not is_half or os.path.exists(images):
        return images, half
    if half not in (None, suffix):
        raise ValueError(
            "The folder name and `half` disagree. "
            f"Received: {os.fspath(images)!r}, half={half!r}"
        )
    return folder, suffix


def take_half(image, half):
    """Returns one half of an image; of an odd width the middle is dropped.

    Args:
        image: Array `(height, width, ...)`.
        half: `"left"`, `"right"`, or `None` for the whole image.

    Returns:
        View of the array, `width // 2` wide.
    """
    width = image.shape[1] // 2
    if half == "left":
        return image[:, :width]
    return image[:, image.shape[1] - width :] if half == "right" else image
