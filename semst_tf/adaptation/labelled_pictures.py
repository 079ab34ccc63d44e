"""Pictures with a class for every pixel."""

import os

import numpy as np
from PIL import Image

from semst_tf.data import ImageCollection
from semst_tf.data.image_files import printable
from semst_tf.data.label_spaces import IGNORE
from semst_tf.data.label_spaces import LABEL_SPACES
from semst_tf.data.label_spaces import decode_cityscapes_palette
from semst_tf.data.label_spaces import map_labels
from semst_tf.data.resize import resize_image

PALETTE = "cityscapes_palette"
"""Label space of pictures in the colours of Cityscapes."""

CACHE_BYTES = 2**29
"""Memory for decoded pictures, and for labels."""

# Pictures are resized, labels rounded to pixels: exact equality is too strict.
_LARGEST_DISTORTION = 0.02


class LabelledPictures:
    """The pictures of a folder and their labels, decoded on demand.

    A label belongs to the picture of its name in the same subfolder. Every
    label is read and checked here, so that a wrong one is found before
    anything is trained.

    Args:
        pictures: Folder of pictures; `folder@left` and `folder@right` are
            halves of side-by-side files.
        labels: Folder of labels, in the same ways. Class numbers are read
            from files without loss (PNG); of CARLA's colour files the red
            channel counts.
        space: str. Where the class numbers come from: a key of
            `semst_tf.data.label_spaces.LABEL_SPACES`, or
            `"cityscapes_palette"` for label colours, also from JPEG.
        size: Size of pictures and labels, `(height, width)` or `"128x256"`;
            `None` for their own. Pictures are resized bicubically, labels to
            the nearest pixel: classes are never mixed.
        endings: Pair of strings by which the names of a picture and of its
            label end, for instance `("_leftImg8bit", "_gtFine_labelIds")`;
            files that end in neither are left out. Defaults to none.

    Raises:
        OSError: If a folder is missing or a file cannot be opened.
        ValueError: If a picture has no label or another shape than its
            label, a label is none of the space's, or sizes differ.

    Example:

    ```python
    streets = LabelledPictures(
        "camvid/train", "camvid/trainannot", "camvid", size="192x256"
    )
    streets.picture(0)  # uint8 (192, 256, 3)
    streets.label(0)  # uint8 (192, 256): Cityscapes classes, 255 elsewhere
    ```
    """

    def __init__(self, pictures, labels, space, size=None, endings=("", "")):
        if space != PALETTE and space not in LABEL_SPACES:
            raise ValueError(
                f"A label space is one of {', '.join(LABEL_SPACES)} or "
                f"{PALETTE}. Received: {space!r}"
            )
        self.space = space
        self.size = size
        files = ImageCollection(
            pictures, resize=size, channels=3, cache_bytes=CACHE_BYTES
        )
        places = _by_name(files, endings[0])
        self.names = sorted(places)
        self._places = [places[name] for name in self.names]
        self._pictures = files
        self._stored = ImageCollection(pictures, channels=3)
        self._label_files = ImageCollection(labels)
        self._label_places = self._matching_labels(endings[1])
        self._labels = {}
        self._free_bytes = CACHE_BYTES
        self.shape = self._common_shape()
        self.classes = self._check_labels()

    def __len__(self):
        return len(self.names)

    def picture(self, index):
        """Returns a picture, a uint8 array `(height, width, 3)`."""
        picture = self._pictures.load(self._places[index])
        if picture.dtype != np.uint8:
            raise ValueError(
                "Labelled pictures have 8 bits a channel. Received: "
                f"{self._pictures.name(self._places[index])} of "
                f"{picture.dtype}"
            )
        return picture

    def label(self, index):
        """Returns the Cityscapes classes of a picture's pixels.

        Args:
            index: int. Position of the picture.

        Returns:
            uint8 array `(height, width)`: 0 to 18, or 255 for pixels that
            are of no class.
        """
        label = self._labels.get(index)
        if label is None:
            label = self._decoded_label(index)
            if label.nbytes <= self._free_bytes:
                self._labels[index] = label
                self._free_bytes -= label.nbytes
        return label

    def _decoded_label(self, index):
        path = self._label_path(index)
        half = self._label_files.half
        try:
            label = _read_label(path, self.space, half)
        except (ValueError, OSError, SyntaxError) as error:
            # Pillow raises all of these for damaged files.
            raise ValueError(f"{printable(path)}: {error}") from error
        stored = self._stored.header(self._places[index])
        distortion = (label.shape[0] * stored.width) / (
            label.shape[1] * stored.height
        )
        if abs(distortion - 1) > _LARGEST_DISTORTION:
            raise ValueError(
                "A label must have the shape of its picture. Received: "
                f"{printable(path)} of {label.shape[0]}x{label.shape[1]} for "
                f"a picture of {stored.height}x{stored.width}"
            )
        return resize_image(label[..., None], self.shape, "nearest")[..., 0]

    def _label_path(self, index):
        return self._label_files.paths[self._label_places[index]]

    def _matching_labels(self, ending):
        if not self.names:
            raise ValueError(
                "There are no pictures with this ending of their names. "
                f"Received: {self._pictures.description}"
            )
        labels = _by_name(self._label_files, ending)
        for name, place in zip(self.names, self._places):
            if name not in labels:
                raise ValueError(
                    "Every picture needs a label of its name, in the same "
                    "subfolder. Received: no label for "
                    f"{self._pictures.name(place)} in "
                    f"{self._label_files.description}"
                )
        return [labels[name] for name in self.names]

    def _common_shape(self):
        shapes = {}
        for place in self._places:
            header = self._pictures.header(place)
            shapes[header.height, header.width] = self._pictures.name(place)
        if len(shapes) > 1:
            (first, name), (second, other) = list(shapes.items())[:2]
            raise ValueError(
                "Labelled pictures must have one size; give it as "
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


def _by_name(files, ending):
    """Maps names, relative to the common folder, to places."""
    if not files.paths:
        raise ValueError(
            "Labelled pictures and their labels are files in folders. "
            f"Received: none in {files.description}"
        )
    root = os.path.commonpath([path.parent for path in files.paths])
    places = {}
    for place, path in enumerate(files.paths):
        name = path.relative_to(root).with_suffix("").as_posix()
        if not name.endswith(ending):
            continue
        name = name[: len(name) - len(ending)]
        if name in places:
            raise ValueError(
                "Two files have the same name. Received: "
                f"{files.name(places[name])} and {files.name(place)}"
            )
        places[name] = place
    return places


def _read_label(path, space, half):
    with Image.open(path) as file:
        if space == PALETTE:
            colours = _half(np.asarray(file.convert("RGB")), half)
            return decode_cityscapes_palette(np.ascontiguousarray(colours))
        if file.format == "JPEG":
            raise ValueError(
                "JPEG changes class numbers; use PNG, or label colours. "
                f"Received: label_space={space!r}"
            )
        numbers = np.asarray(file)
    if numbers.ndim == 3 and space.startswith("carla"):
        numbers = numbers[..., 0]
    if numbers.ndim != 2:
        raise ValueError(
            "Class numbers are one channel. "
            f"Received: shape={numbers.shape} for label_space={space!r}"
        )
    return map_labels(_half(numbers, half), space)


def _half(picture, half):
    width = picture.shape[1] // 2
    if half == "left":
        return picture[:, :width]
    return picture[:, -width:] if half == "right" else picture
