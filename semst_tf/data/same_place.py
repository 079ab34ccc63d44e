"""Files that belong together must show the same piece of the earth."""

import os

from semst_tf.data.georeference import place_difference
from semst_tf.data.image_files import printable
from semst_tf.data.image_files import read_header

_SUFFIXES = (".tif", ".tiff")


def check_same_place(file, partner, kind):
    """Raises if two GeoTIFFs say that they lie at different places.

    Sizes may differ: corners are compared. Files of other formats, and those
    without a georeference, lie where their partner does.

    Args:
        file: What `read_header` takes: of an image.
        partner: The same, of what belongs to it.
        kind: str. What the partner is, for the message: `"label"`.

    Raises:
        ValueError: If they disagree.
        UnreadableImageError: If one of them is no readable image.
    """
    if not all(_is_tiff(one) for one in (file, partner)):
        return
    difference = place_difference(*map(read_header, (file, partner)))
    if difference:
        raise ValueError(
            f"An image and its {kind} must lie at the same place, and their "
            f"georeferences disagree: {difference}. Received: "
            f"{printable(file)} and {printable(partner)}"
        )


def check_same_places(images, partners, kind):
    """The same for a whole collection, see `check_same_place`.

    Args:
        images: `ImageCollection`.
        partners: List of paths, one an image.
        kind: str. What the partners are.

    Raises:
        ValueError: If two disagree.
        UnreadableImageError: If one of them is no readable image.
    """
    for index, partner in enumerate(partners):
        check_same_place(images.open(index), partner, kind)


def _is_tiff(file):
    return isinstance(file, (str, os.PathLike)) and str(file).lower().endswith(
        _SUFFIXES
    )
