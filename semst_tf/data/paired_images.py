"""Images of which the translation is known."""

import os
import pathlib

from semst_tf.data.check import check_images
from semst_tf.data.halves import HALVES
from semst_tf.data.halves import split_half
from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.image_files import printable
from semst_tf.data.pairing import pair_names
from semst_tf.data.same_place import check_same_place

SUBFOLDERS = ("source", "target")


class PairedImages:
    """Source images and what they should become, pair by pair.

    Both images of a pair are cut at one place and mirrored together, which
    `UnpairedSampler` does. Nothing is read before it is needed.

    Args:
        source: `ImageCollection` of the source images.
        target: `ImageCollection` of their translations, in the same order.

    Example:

    ```python
    pairs = PairedImages.of("maps/train@left", limit=50)
    pairs.check(crop_size=256)
    ```
    """

    def __init__(self, source, target):
        self.source = source
        self.target = target

    @classmethod
    def of(cls, place, source_options=None, target_options=None, limit=None):
        """Finds the pairs of a place.

        Args:
            place: Path of a folder with the subfolders `source` and `target`,
                in which files of one name are a pair; or `"folder@left"` of
                side-by-side files, whose left half is the source image
                (`"folder@right"`: the right half).
            source_options: Dict of arguments of `ImageCollection` for source
                images, or `None`.
            target_options: The same for target images.
            limit: int or `None`. Pairs that are used, evenly spaced among
                all. Defaults to `None`, all.

        Returns:
            `PairedImages`.

        Raises:
            OSError: If the folder is missing.
            ValueError: If there are no pairs, fewer than `limit`, or an image
                has no partner.
        """
        places = _both(place)
        source = ImageCollection(places[0], **(source_options or {}))
        target = ImageCollection(places[1], **(target_options or {}))
        _check_not_empty(source, target)
        if source.half is None:
            _check_no_rest(source, target)
            partners = pair_names(
                source.relative_names,
                target.relative_names,
                "target image",
                place=target.description,
            )
            target = target.ordered(partners)
        if limit is not None:
            kept = _evenly(len(source), limit)
            source, target = source.ordered(kept), target.ordered(kept)
        return cls(source, target)

    def __len__(self):
        return len(self.source)

    def check(self, crop_size=None):
        """Raises unless every pair can be trained on; reads headers.

        Args:
            crop_size: `(height, width)` of the crops, or `None`.

        Raises:
            ValueError: If an image cannot be read or is smaller than the
                crop, or the images of a pair differ in size. The message
                begins with the field of the configuration.
        """
        try:
            check_images(
                self.source, self.target, crop_size
            ).raise_for_problems()
        except ValueError as error:
            raise ValueError(f"`data.paired`: {error}") from error
        for index in range(len(self)):
            check_same_place(
                self.source.open(index), self.target.open(index), "pair"
            )
            sizes = [
                (header.height, header.width)
                for header in (
                    self.source.header(index),
                    self.target.header(index),
                )
            ]
            if sizes[0] != sizes[1]:
                one, other = ("x".join(map(str, size)) for size in sizes)
                raise ValueError(
                    "`data.paired`: the images of a pair show the same, pixel "
                    "by pixel, and are of one size once `data.resize` and "
                    "`data.target_resize` are applied. Received: "
                    f"{printable(self.source.name(index))} of {one} and "
                    f"{printable(self.target.name(index))} of {other}"
                )


def _both(place):
    """Where the source and the target images of pairs lie."""
    folder, half = split_half(place)
    if half is not None:
        other = HALVES[1 - HALVES.index(half)]
        return f"{folder}@{half}", f"{folder}@{other}"
    folder = pathlib.Path(os.fspath(place))
    folders = [folder / name for name in SUBFOLDERS]
    if folder.is_dir() and not all(path.is_dir() for path in folders):
        raise ValueError(
            "`data.paired` is a folder with the subfolders source and target, "
            "or folder@left or folder@right of side-by-side files. "
            f"Received: {printable(folder)} without them"
        )
    return folders


def _check_not_empty(*collections):
    for images in collections:
        if not len(images):
            raise ValueError(
                "`data.paired` needs images. Received: none in "
                f"{images.description}"
            )


def _check_no_rest(source, target):
    """Refuses target images without a source image: a pair is missing."""
    if len(source) == len(target):
        return
    raise ValueError(
        "`data.paired`: every image of a pair needs its partner of the same "
        f"name. Received: {len(source)} images in {source.description}, but "
        f"{len(target)} in {target.description}"
    )


def _evenly(count, limit):
    if limit > count:
        raise ValueError(
            "Config field `data.paired_limit` is at most the number of pairs, "
            f"which is {count}. Received: {limit}"
        )
    return [place * count // limit for place in range(limit)]
