"""Which crops of the target show what a crop of the source shows."""

import hashlib
import os
import pathlib
import zipfile

import numpy as np

from semst_tf.data.crop_grid import CropGrid
from semst_tf.data.resize import parse_crop_size
from semst_tf.storage.atomic_files import replacing

_VERSION = 1
_SOURCES, _TARGETS = 1024, 8192
"""Crops that are compared at once: about 32 MB of cosines."""
_PIXELS = 2**20
"""Pixels that are described at once."""


class CropIndex:
    """For every crop of source images, the target crops most like it.

    Both domains are covered by a `CropGrid` an image. Every crop of it is one
    vector, centred on the mean of its domain so that what all images of the
    domain share (a tint, say) does not count; alike are those of the largest
    cosine. A source crop anywhere has the neighbours of the crop of the grid
    nearest to it, and stands for all places around it.

    An index fits exactly the images, in exactly the order, that it was built
    of. `build` makes one; `cached` keeps it in a file.

    Args:
        crop_size: `(height, width)`, or `None` for whole images.
        source_sizes: int array `(images, 2)`, height and width of the source
            images.
        target_sizes: The same of the target images.
        neighbours: int array `(source crops, neighbours)`, numbers of target
            crops, the most alike first. Crops are numbered through all
            images.

    Example:

    >>> source, target = ImageCollection("game"), ImageCollection("street")
    >>> index = CropIndex.build(
    ...     source,
    ...     target,
    ...     crop_size=128,
    ...     describe=semst_tf.pretrained.describe_images(
    ...         "efficientnet_lite0/stride_16"
    ...     ),
    ... )
    >>> data = unpaired_images(source, target, crop_size=128, matching=index)

    Reference:
        semst_tf design; matched crops after EPE, Richter et al. 2021.
    """

    def __init__(self, crop_size, source_sizes, target_sizes, neighbours):
        self.crop_size = crop_size
        self.source_sizes = source_sizes
        self.target_sizes = target_sizes
        self.neighbours = neighbours
        self._source_grids, self._source_first = _grids(source_sizes, crop_size)
        self._target_grids, self._target_first = _grids(target_sizes, crop_size)

    @classmethod
    def build(
        cls,
        source,
        target,
        crop_size,
        describe,
        neighbours=8,
        progress=None,
    ):
        """Reads and describes all images, and finds the neighbours.

        Memory: one image, two bytes a channel and crop for the vectors, and
        about 100 MB.

        Args:
            source: `ImageCollection` of the source domain.
            target: `ImageCollection` of the target domain.
            crop_size: As of `UnpairedSampler`.
            describe: Function from images `(batch, height, width, channels)`
                in [-1, 1] to vectors `(batch, channels)`, arrays or tensors.
            neighbours: int. Target crops that are kept of a source crop.
                Defaults to `8`.
            progress: Function of the images read so far and of all of them,
                called after each, or `None`.

        Returns:
            `CropIndex`.

        Raises:
            OSError, ValueError: If an image cannot be read or is smaller than
                the crop, or the target has fewer crops than `neighbours`.
        """
        crop_size = parse_crop_size(crop_size)
        images = len(source) + len(target)
        sizes, vectors = [], []
        for done, collection in ((0, source), (len(source), target)):
            described = _described(
                collection,
                crop_size,
                describe,
                lambda count, done=done: (
                    progress(done + count, images) if progress else None
                ),
            )
            sizes.append(described[0])
            vectors.append(described[1])
        if not 1 <= neighbours <= len(vectors[1]):
            raise ValueError(
                "Crops of the source can have from 1 to as many neighbours "
                f"as the target has crops, which is {len(vectors[1])}; "
                "choose fewer with `data.matching_neighbours`. "
                f"Received: {neighbours}"
            )
        return cls(crop_size, *sizes, _nearest(*vectors, neighbours))

    @classmethod
    def cached(
        cls,
        path,
        source,
        target,
        crop_size,
        describe,
        name,
        neighbours=8,
        progress=None,
        write_to=None,
    ):
        """Reads an index from a file, or builds it and writes the file.

        A file that cannot be read, or was made of other images (by name, size
        and time of change), other crops or another feature, is replaced.

        Args:
            path: Path of the `.npz` file.
            source: As of `build`.
            target: As of `build`.
            crop_size: As of `build`.
            describe: As of `build`.
            name: str. Tells this `describe` from others.
            neighbours: As of `build`.
            progress: As of `build`; not called where the file fits.
            write_to: Path of the file to write, where it is another one than
                the one to read. Defaults to `None`, `path`.

        Returns:
            `CropIndex`.

        Raises:
            OSError, ValueError: As `build`, or if the file cannot be written.
        """
        crop_size = parse_crop_size(crop_size)
        fingerprint = _fingerprint(source, target, crop_size, name, neighbours)
        index = cls._read(path, crop_size, fingerprint)
        if index is None:
            index = cls.build(
                source, target, crop_size, describe, neighbours, progress
            )
            index._write(write_to or path, fingerprint)
        return index

    def check_fits(self, source, target, crop_size):
        """Raises unless the index is of so many images and of such crops.

        Args:
            source: `ImageCollection`.
            target: `ImageCollection`.
            crop_size: `(height, width)` or `None`.

        Raises:
            ValueError: If it is not.
        """
        counts = len(self.source_sizes), len(self.target_sizes)
        wanted = len(source), len(target)
        if counts != wanted or self.crop_size != crop_size:
            raise ValueError(
                "The index of crops must be built of the very images, and of "
                "the size of crops, that are sampled. Received: an index of "
                f"{counts[0]} and {counts[1]} images and crops of "
                f"{self.crop_size}, but {wanted[0]} and {wanted[1]} images "
                f"and crops of {crop_size}"
            )

    def source_size(self, image):
        """Height and width of a source image, a tuple of two ints."""
        height, width = self.source_sizes[image]
        return int(height), int(width)

    def draw(self, image, corner, random):
        """Draws a target crop that is like a crop of the source.

        Args:
            image: int. Source image.
            corner: `(top, left)` of its crop.
            random: `numpy.random.Generator`.

        Returns:
            Pair: the target image, int, and `(top, left)` of the crop: near
            that of one of the neighbours, each equally likely.
        """
        place = self._source_grids[image].nearest(corner)
        alike = self.neighbours[self._source_first[image] + place]
        crop = int(alike[random.integers(len(alike))])
        target = int(np.searchsorted(self._target_first, crop, "right")) - 1
        number = crop - self._target_first[target]
        return target, self._target_grids[target].draw(number, random)

    @classmethod
    def _read(cls, path, crop_size, fingerprint):
        """The index of a file, or `None` where there is none that fits."""
        try:
            with np.load(path, allow_pickle=False) as file:
                if str(file["fingerprint"]) != fingerprint:
                    return None
                return cls(
                    crop_size,
                    file["source_sizes"],
                    file["target_sizes"],
                    file["neighbours"],
                )
        except (OSError, EOFError, KeyError, ValueError, zipfile.BadZipFile):
            return None

    def _write(self, path, fingerprint):
        path = pathlib.Path(path)
        path.parent.mkdir(parents=True, exist_ok=True)
        with replacing(path) as unfinished:
            np.savez_compressed(
                unfinished,
                fingerprint=fingerprint,
                source_sizes=self.source_sizes,
                target_sizes=self.target_sizes,
                neighbours=self.neighbours,
            )


def _grids(sizes, crop_size):
    """A grid an image, and the number of its first crop among all."""
    grids = [CropGrid(size, crop_size) for size in sizes.tolist()]
    return grids, np.cumsum([0, *map(len, grids)])


def _described(collection, crop_size, describe, progress):
    """Sizes of the images, and a float16 vector of unit length a crop."""
    sizes, vectors = [], []
    for number in range(len(collection)):
        image = collection.load(number)
        size = image.shape[:2]
        height, width = crop_size or size
        if height > size[0] or width > size[1]:
            raise ValueError(
                f"{collection.name(number)} is smaller than the crop. "
                f"Received: image {size[0]}x{size[1]}, crop {height}x{width}"
            )
        corners = CropGrid(size, crop_size).corners()
        together = max(1, _PIXELS // (height * width))
        for first in range(0, len(corners), together):
            crops = [
                image[top : top + height, left : left + width]
                for top, left in corners[first : first + together]
            ]
            crops = np.stack([collection.to_unit_range(c) for c in crops])
            vectors.append(np.asarray(describe(crops), "float16"))
        sizes.append(size)
        progress(number + 1)
    return np.asarray(sizes, "int32"), _unit(np.concatenate(vectors))


def _unit(vectors):
    """Centres vectors and scales them to length 1, in place."""
    mean = vectors.mean(0, dtype="float64")
    for first in range(0, len(vectors), _TARGETS):
        part = slice(first, first + _TARGETS)
        centred = vectors[part].astype("float64") - mean
        length = np.linalg.norm(centred, axis=1, keepdims=True)
        vectors[part] = centred / np.maximum(length, 1e-12)
    return vectors


def _nearest(source, target, count):
    """Numbers of the target vectors of the largest cosines, block by block."""
    found = np.empty((len(source), count), "int32")
    for first in range(0, len(source), _SOURCES):
        part = slice(first, first + _SOURCES)
        queries = source[part].astype("float32")
        cosines = np.empty((len(queries), 0), "float32")
        numbers = np.empty((len(queries), 0), "int32")
        for start in range(0, len(target), _TARGETS):
            block = target[start : start + _TARGETS].astype("float32")
            places = np.arange(start, start + len(block), dtype="int32")
            cosines = np.hstack([cosines, queries @ block.T])
            places = np.broadcast_to(places, (len(queries), len(block)))
            numbers = np.hstack([numbers, places])
            cosines, numbers = _largest(cosines, numbers, count)
        found[part] = numbers
    return found


def _largest(cosines, numbers, count):
    """The `count` largest of every row, in order."""
    if count < cosines.shape[1]:
        kept = np.argpartition(-cosines, count - 1, axis=1)[:, :count]
        cosines = np.take_along_axis(cosines, kept, 1)
        numbers = np.take_along_axis(numbers, kept, 1)
    # Of equal ones the first in the images.
    order = np.lexsort((numbers, -cosines), axis=1)
    return (
        np.take_along_axis(cosines, order, 1),
        np.take_along_axis(numbers, order, 1),
    )


def _fingerprint(source, target, crop_size, name, neighbours):
    """Short text that another index would not have."""
    digest = hashlib.sha256()
    digest.update(repr((_VERSION, crop_size, name, neighbours)).encode())
    for collection in (source, target):
        digest.update(repr(collection.options).encode())
        for line in _files(collection):
            digest.update(f"\0{line}".encode("utf-8", "replace"))
    return digest.hexdigest()


def _files(collection):
    if not collection.paths:
        yield f"{len(collection)} images of {collection.description}"
    for number, path in enumerate(collection.paths):
        status = os.stat(path)
        name = collection.relative_name(number)
        yield f"{name}\0{status.st_size}\0{status.st_mtime_ns}"
