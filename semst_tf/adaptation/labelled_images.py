"""Images with a class for every pixel."""

import os

import numpy as np

from semst_tf.data.byte_cache import ByteCache
from semst_tf.data.label_spaces import IGNORE
from semst_tf.data.label_spaces import check_label_space
from semst_tf.data.labels import Labels
from semst_tf.data.pairing import image_name
from semst_tf.data.read_images import open_images

CACHE_BYTES = 2**29
"""Memory for decoded images, and for labels."""


class LabelledImages:
    """The images of a folder and their labels, decoded on demand.

    Which label belongs to an image, see `semst_tf.data.pairing`; what a
    label may be, see `semst_tf.data.labels.Labels`. Every label is read and
    checked here, so that a wrong one is found before anything is trained.

    Args:
        images: Folder of images; `folder@left` and `folder@right` are
            halves of side-by-side files.
        labels: Folder of labels, in the same ways.
        space: str. What the labels mean: a key of
            `semst_tf.data.label_spaces.LABEL_SPACES`, or
            `"cityscapes_palette"` for label colours, also from JPEG.
        size: Size of images and labels, `(height, width)` or `"128x256"`;
            `None` for their own. Images are resized bicubically, labels to
            the nearest pixel: classes are never mixed.
        endings: Strings that end names and do not count, the first one that
            of images: `("_leftImg8bit", "_gtFine_labelIds")`. Images
            that end otherwise are left out. Defaults to none.

    Raises:
        OSError: If a folder is missing or a file cannot be opened.
        ValueError: If an image has no label or another shape than its
            label, a label is none of the space's, or sizes differ.

    Example:

    ```python
    streets = LabelledImages(
        "camvid/train", "camvid/trainannot", "camvid", size="192x256"
    )
    streets.image(0)  # uint8 (192, 256, 3)
    streets.label(0)  # uint8 (192, 256): Cityscapes classes, 255 elsewhere
    ```
    """

    def __init__(self, images, labels, space, size=None, endings=()):
        check_label_space(space)
        self.space = space
        self.size = size
        found = open_images(images, size, endings=endings)
        if not found.paths:
            raise ValueError(
                "Labelled images are files in a folder. "
                f"Received: {found.description}"
            )
        names = image_names(found, endings)
        # In the order of their names, which seeds of a training count in.
        order = sorted(range(len(names)), key=names.__getitem__)
        self.names = [names[place] for place in order]
        self._images = found.ordered(order, CACHE_BYTES)
        self._label_files = Labels.of(self._images, labels, space, endings)
        self._labels = ByteCache(CACHE_BYTES)
        self.shape = self._common_shape()
        self.classes = self._check_labels()
        self.shares = self._label_files.shares

    @property
    def files(self):
        """Paths of all images and labels."""
        return [*self._images.paths, *self._label_files.paths]

    def __len__(self):
        return len(self.names)

    def image(self, index):
        """Returns an image, a uint8 array `(height, width, 3)`."""
        return eight_bit_image(self._images, index, "Labelled images")

    def label(self, index):
        """Returns the Cityscapes classes of an image's pixels.

        Args:
            index: int. Position of the image.

        Returns:
            uint8 array `(height, width)`: 0 to 18, or 255 for pixels that
            are of no class.
        """
        return self._labels.get(
            index, lambda: self._label_files.load(index, self.shape)
        )

    def _common_shape(self):
        shapes = {}
        for index in range(len(self)):
            header = self._images.header(index)
            shapes[header.height, header.width] = self._images.name(index)
        if len(shapes) > 1:
            (first, name), (second, other) = list(shapes.items())[:2]
            raise ValueError(
                "Labelled images must have one size; give it as "
                f"height x width. Received: {name} of {first[0]}x{first[1]}, "
                f"{other} of {second[0]}x{second[1]}"
            )
        return next(iter(shapes))

    def _check_labels(self):
        """Reads every label; returns the classes that occur, sorted."""
        found = set()
        for index in range(len(self)):
            found.update(np.unique(self.label(index)).tolist())
        found.discard(IGNORE)
        return sorted(found)


def eight_bit_image(images, index, what):
    """Loads an image of a collection, which must have 8 bits a channel.

    Args:
        images: `ImageCollection`.
        index: int. Position of the image.
        what: str. What the images are, for the message.

    Returns:
        uint8 array `(height, width, channels)`.

    Raises:
        ValueError: If the image is of another type.
    """
    image = images.load(index)
    if image.dtype != np.uint8:
        raise ValueError(
            f"{what} have 8 bits a channel. Received: "
            f"{images.name(index)} of {image.dtype}"
        )
    return image


def image_names(images, endings):
    """Names of images below the folder that they have in common."""
    names = [image_name(name, endings) for name in images.relative_names]
    common = os.path.commonpath([f"/{os.path.dirname(name)}" for name in names])
    names = [os.path.relpath(f"/{name}", common) for name in names]
    first = {}
    for place, name in enumerate(names):
        if name in first:
            raise ValueError(
                "Two files have the same name. Received: "
                f"{images.name(first[name])} and {images.name(place)}"
            )
        first[name] = place
    return names
