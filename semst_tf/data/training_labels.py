"""The labels that a training reads beside its images."""

import numpy as np

from semst_tf.data.byte_cache import ByteCache
from semst_tf.data.halves import split_half
from semst_tf.data.image_files import printable
from semst_tf.data.keep_masks import read_mask
from semst_tf.data.label_file import read_label_file
from semst_tf.data.label_shares import LabelShares
from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.data.label_spaces import IGNORE
from semst_tf.data.label_spaces import INDEX
from semst_tf.data.label_spaces import MASK
from semst_tf.data.label_spaces import OWN_SPACES
from semst_tf.data.label_spaces import PALETTE
from semst_tf.data.label_spaces import check_label_space
from semst_tf.data.label_spaces import map_labels
from semst_tf.data.labels import check_label_shape
from semst_tf.data.labels import label_files
from semst_tf.data.pairing import paired_paths
from semst_tf.data.resize import resize_image
from semst_tf.data.same_place import check_same_places
from semst_tf.data.used_sizes import used_sizes


class TrainingLabels:
    """The class of every pixel of images as they are trained on.

    Labels are brought to the size of the images after `resize`, to the
    nearest pixel. `CropIndex.build` takes them for images, so that crops can
    be matched by what classes they show.

    Args:
        paths: List of paths, one an image.
        sizes: List of `(height, width)` of the images as they are used.
        space: str. What the labels mean: a key of
            `semst_tf.data.label_spaces.LABEL_SPACES`, `"cityscapes_palette"`,
            `"index"` or `"mask"`. Defaults to `"cityscapes_train_ids"`.
        classes: int. Number of classes. Defaults to `19`.
        shapes: List of `(height, width)` of the images as they are stored, to
            refuse labels of other proportions, or `None`.
        half: `"left"`, `"right"` or `None`: the half of the files that is the
            label.
        cache_bytes: int. Memory for labels that were read. Defaults to
            `2**28`.

    Raises:
        ValueError: If the space is unknown, or has other classes.

    Example:

    ```python
    images = ImageCollection("game", resize="short:286")
    labels = TrainingLabels.of(images, "game_labels", "carla_0_9_14")
    print(labels.check())  # road 30 %, building 25 %, ... ignored 4 %
    labels.load(0)  # uint8 (height, width)
    ```
    """

    def __init__(
        self,
        paths,
        sizes,
        space="cityscapes_train_ids",
        classes=len(CITYSCAPES_CLASSES),
        shapes=None,
        half=None,
        cache_bytes=2**28,
    ):
        check_classes(space, classes)
        self.paths = list(paths)
        self.space = space
        self.classes = classes
        self.half = half
        self._sizes = [tuple(size) for size in sizes]
        self._shapes = shapes
        self._cache = ByteCache(cache_bytes)

    @classmethod
    def of(cls, images, place, space, classes, endings=()):
        """Finds the labels of a collection of images by their names.

        Args:
            images: `ImageCollection`.
            place: Path of a folder, which may end in `@left` or `@right`.
            space: str. See above.
            classes: int. See above.
            endings: Strings that end names and do not count, see
                `semst_tf.data.pairing`.

        Returns:
            `TrainingLabels`.

        Raises:
            OSError: If the folder is missing.
            ValueError: If an image has no label, it is not clear which, or
                their georeferences disagree.
        """
        files = label_files(place)
        _, half = split_half(place)
        paths = paired_paths(
            images.relative_names,
            files,
            "label",
            endings,
            "source_label_endings",
        )
        check_same_places(images, paths, "label")
        return cls(
            paths,
            used_sizes(images),
            space,
            classes,
            [images.stored_shape(index) for index in range(len(images))],
            half,
        )

    def __len__(self):
        return len(self.paths)

    def load(self, index):
        """Reads the labels of one image.

        Args:
            index: int. Position of the image.

        Returns:
            uint8 array `(height, width)` of classes, 255 where there is none.

        Raises:
            OSError: If the file cannot be opened.
            ValueError: If it is damaged, ambiguous, of another shape than its
                image, or holds numbers that are none of the space's.
        """
        return self._cache.get(index, lambda: self._read(index)[1])

    def check(self, progress=None):
        """Reads all labels, and raises for the first that does not fit.

        Args:
            progress: Function of the labels read so far and of all of them,
                or `None`.

        Returns:
            `LabelShares`.

        Raises:
            ValueError: If a label does not fit, or no pixel has a class.
        """
        shares = LabelShares(self.space)
        for index in range(len(self)):
            numbers, found = self._read(index)
            shares.add(numbers)
            self._cache.get(index, lambda found=found: found)
            if progress is not None:
                progress(index + 1, len(self))
        if set(shares.as_dict()) <= {"ignored"}:
            raise ValueError(
                "Labels without a labelled pixel teach nothing. Received: "
                f"{shares.doubt()}"
            )
        return shares

    # What `CropIndex` asks of images.

    @property
    def description(self):
        return f"labels of {len(self)} images"

    @property
    def options(self):
        return {
            "space": self.space,
            "classes": self.classes,
            "half": self.half,
            "sizes": self._sizes,
        }

    def name(self, index):
        return printable(self.paths[index])

    def relative_name(self, index):
        return str(self.paths[index].name)

    def to_unit_range(self, labels):
        return labels

    def _read(self, index):
        """Numbers of the space, and classes of the size of the image."""
        path = self.paths[index]
        numbers = _numbers(path, self.space, self.half)
        if self._shapes is not None:
            check_label_shape(path, numbers.shape, self._shapes[index])
        try:
            classes = self._classes_of(numbers)
        except ValueError as error:
            raise ValueError(f"{printable(path)}: {error}") from error
        size = self._sizes[index]
        sized = resize_image(classes[..., None], size, "nearest")[..., 0]
        return numbers, np.ascontiguousarray(sized)

    def _classes_of(self, numbers):
        if self.space == PALETTE:
            return numbers
        if self.space not in OWN_SPACES:
            return map_labels(numbers, self.space)
        unknown = (numbers >= self.classes) & (numbers != IGNORE)
        unknown |= numbers < 0
        if unknown.any():
            raise ValueError(
                f"Classes are numbers below {self.classes}, as "
                "`data.label_classes` says, or 255 for none. Received: "
                f"{numbers[unknown].flat[0]}, in {unknown.sum()} pixels"
            )
        return numbers.astype("uint8")


def check_classes(space, classes):
    """Raises unless a space has so many classes.

    Args:
        space: str. Label space.
        classes: int.

    Raises:
        ValueError: If the space is unknown, or has other classes.
    """
    if space not in OWN_SPACES:
        check_label_space(space)
    own = {MASK: 2, INDEX: classes}.get(space, len(CITYSCAPES_CLASSES))
    if classes != own or not 2 <= classes <= IGNORE:
        raise ValueError(
            f"Labels of {space!r} have "
            f"{'2 to 255' if space == INDEX else own} classes. "
            f"Received: classes={classes}"
        )


def class_histogram(classes):
    """Returns a function that says which classes crops of labels show.

    Args:
        classes: int. Number of classes.

    Returns:
        Function from labels `(batch, height, width)` to float32
        `(batch, classes)`: the square roots of the shares, so that a class
        that is large everywhere does not hide the others. Pixels without a
        class count for none.
    """

    def describe(labels):
        counts = [
            np.bincount(crop.ravel(), minlength=IGNORE + 1)[:classes]
            for crop in labels
        ]
        pixels = labels[0].size
        return np.sqrt(np.stack(counts) / pixels).astype("float32")

    return describe


def _numbers(path, space, half):
    if space == MASK:
        return read_mask(path, half).astype("uint8")
    return read_label_file(path, space, half)
