"""The labels of images, read by one set of rules."""

from semst_tf.data.halves import split_half
from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.image_files import printable
from semst_tf.data.label_file import read_label_file
from semst_tf.data.label_shares import LabelShares
from semst_tf.data.label_spaces import PALETTE
from semst_tf.data.label_spaces import check_label_space
from semst_tf.data.label_spaces import map_labels
from semst_tf.data.pairing import paired_paths
from semst_tf.data.resize import resize_image
from semst_tf.data.same_place import check_same_place

# Images are resized, labels rounded to pixels: exact equality is too strict.
_LARGEST_DISTORTION = 0.02


class Labels:
    """The class of every pixel of images, read from files on demand.

    Which file belongs to which image, see `semst_tf.data.pairing`; what a
    file may be, see `read_label_file`. Labels are turned as their EXIF
    orientation asks, as images are.

    Args:
        files: Folder of labels, or a list of files. `folder@left` and
            `folder@right` are halves of side-by-side files.
        names: List of the names of the images, relative to their folder.
        space: str. What the labels mean: a key of
            `semst_tf.data.label_spaces.LABEL_SPACES`, or
            `"cityscapes_palette"` for label colours.
        endings: Strings that end names and do not count, the first one that
            of images. Defaults to none.
        shapes: List of `(height, width)` of the images as they are stored:
            labels of other proportions are refused. `None` for no such
            check.

    Raises:
        OSError: If the folder is missing.
        ValueError: If the space is unknown, an image has no label, or it is
            not clear which.

    Example:

    ```python
    images = ImageCollection("camvid/train")
    labels = Labels.of(images, "camvid/trainannot", "camvid")
    labels.load(0)  # uint8 (height, width): Cityscapes classes, 255 elsewhere
    print(labels.shares)
    ```
    """

    def __init__(self, files, names, space, endings=(), shapes=None):
        check_label_space(space)
        self.space = space
        _, self.half = split_half(files)
        self.paths = paired_paths(names, label_files(files), "label", endings)
        self._shapes = shapes
        self._shares = LabelShares(space)
        self._counted = set()

    @classmethod
    def of(cls, images, files, space, endings=()):
        """Returns the labels of an `ImageCollection`, checked for shape."""
        shapes = [images.stored_shape(index) for index in range(len(images))]
        labels = cls(files, images.relative_names, space, endings, shapes)
        for index, path in enumerate(labels.paths):
            check_same_place(images.open(index), path, "label")
        return labels

    def __len__(self):
        return len(self.paths)

    def load(self, index, size=None):
        """Reads the labels of one image.

        Args:
            index: int. Position of the image.
            size: `(height, width)` to which labels are brought, to the
                nearest pixel: classes are never mixed. `None` for their own.

        Returns:
            uint8 array `(height, width)`: Cityscapes training classes 0 to
            18, or 255 for pixels that are of no class.

        Raises:
            OSError: If the file cannot be opened.
            ValueError: If it is damaged, ambiguous, of another shape than its
                image, or holds numbers that are none of the space's.
        """
        path = self.paths[index]
        numbers = read_label_file(path, self.space, self.half)
        self._check_shape(index, numbers.shape)
        label = numbers
        if self.space != PALETTE:
            try:
                label = map_labels(numbers, self.space)
            except ValueError as error:
                raise ValueError(f"{printable(path)}: {error}") from error
        if index not in self._counted:
            self._counted.add(index)
            self._shares.add(numbers)
        if size is None:
            return label
        return resize_image(label[..., None], size, "nearest")[..., 0]

    @property
    def shares(self):
        """`LabelShares` of all labels; reads those not loaded so far."""
        for index in range(len(self)):
            if index not in self._counted:
                self.load(index)
        return self._shares

    def _check_shape(self, index, shape):
        if self._shapes is not None:
            check_label_shape(self.paths[index], shape, self._shapes[index])


def check_label_shape(path, shape, image_shape):
    """Raises unless labels have the proportions of their image.

    Args:
        path: Path of the labels.
        shape: `(height, width)` of the labels.
        image_shape: `(height, width)` of the image.

    Raises:
        ValueError: If they have others.
    """
    height, width = image_shape
    distortion = (shape[0] * width) / (shape[1] * height)
    if abs(distortion - 1) > _LARGEST_DISTORTION:
        raise ValueError(
            "A label must have the shape of its image. Received: "
            f"{printable(path)} of {shape[0]}x{shape[1]} for an image of "
            f"{height}x{width}"
        )


def label_files(place):
    """Returns the label files of a folder as a collection.

    Args:
        place: Path of a folder, which may end in `@left` or `@right`.

    Returns:
        `ImageCollection`.

    Raises:
        OSError: If the folder is missing.
        ValueError: If there is no file.
    """
    files = ImageCollection(split_half(place)[0])
    if not files.paths:
        raise ValueError(
            f"Labels are files in a folder. Received: none in "
            f"{files.description}"
        )
    return files
