"""What of images must not change: masks, and their soft borders."""

import os
import pathlib

import numpy as np

from semst_tf.data.byte_cache import ByteCache
from semst_tf.data.halves import split_half
from semst_tf.data.halves import take_half
from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.image_files import decode_image
from semst_tf.data.image_files import printable
from semst_tf.data.pairing import paired_paths
from semst_tf.data.resize import resize_image
from semst_tf.data.same_place import check_same_places
from semst_tf.data.used_sizes import used_sizes

KEPT = 255
"""Value of a soft mask where the input stays exactly what it is."""


class KeepMasks:
    """Soft masks of what is kept of images, read from files on demand.

    White (or 1) is kept, black (or 0) is translated, and around what is kept
    there is a border in which one becomes the other.

    Args:
        paths: List of paths, one an image; several may be the same.
        shapes: List of `(height, width)` of the images as they are stored,
            which the masks must have.
        sizes: List of `(height, width)` of the images as they are used, to
            which masks are brought.
        border: int. Width of the border in pixels of the images as they are
            used. Defaults to `8`.
        half: `"left"`, `"right"` or `None`: the half of the files that is the
            mask. Defaults to `None`.
        cache_bytes: int. Memory for masks that were read. Defaults to
            `2**28`.

    Example:

    ```python
    images = ImageCollection("game")
    masks = KeepMasks.of(images, "game_bonnets")
    masks.check()
    masks.load(0)  # uint8 (height, width, 1), 255 where nothing changes
    ```
    """

    def __init__(
        self, paths, shapes, sizes, border=8, half=None, cache_bytes=2**28
    ):
        self.paths = paths
        self.border = border
        self.half = half
        self._shapes = [tuple(shape) for shape in shapes]
        self._sizes = [tuple(size) for size in sizes]
        self._cache = ByteCache(cache_bytes)

    @classmethod
    def of(cls, images, place, border=8, endings=None):
        """Finds the masks of a collection of images.

        Args:
            images: `ImageCollection`.
            place: Path of a folder with a mask of the name of each image,
                which may end in `@left` or `@right`; or of one file, the mask
                of all of them.
            border: int. See above.
            endings: Strings that end names and do not count, see
                `semst_tf.data.pairing`, or `None` where they cannot be set.

        Returns:
            `KeepMasks`.

        Raises:
            OSError: If there is no such folder or file.
            ValueError: If an image has no mask, it is not clear which, or
                their georeferences disagree.
        """
        folder, half = split_half(place)
        paths = mask_paths(images.relative_names, folder, endings)
        check_same_places(images, paths, "mask")
        return cls(
            paths,
            [images.stored_shape(index) for index in range(len(images))],
            used_sizes(images),
            border,
            half,
        )

    def __len__(self):
        return len(self.paths)

    def load(self, index):
        """Reads the mask of one image.

        Args:
            index: int. Position of the image.

        Returns:
            uint8 array `(height, width, 1)` of the size of the image as it is
            used: 255 where it is kept, 0 where it is translated.

        Raises:
            OSError: If the file cannot be opened.
            ValueError: If it is no mask, is of another size than its image,
                or keeps all of it.
        """
        key = (self.paths[index], self._shapes[index], self._sizes[index])
        return self._cache.get(key, lambda: self._read(*key))

    def _read(self, path, shape, size):
        mask = read_mask(path, self.half)
        if mask.shape != shape:
            one, other = ("x".join(map(str, s)) for s in (mask.shape, shape))
            raise ValueError(
                "A mask has the size of its image. Received: "
                f"{printable(path)} of {one} for an image of {other}"
            )
        mask = mask[..., None].astype("uint8")
        mask = resize_image(mask, size, "nearest")[..., 0]
        soft = soft_mask(mask > 0, self.border)
        if soft.min() == KEPT:
            raise ValueError(
                "A mask leaves something to translate; white is what is kept. "
                f"Received: {printable(path)}, which keeps everything"
            )
        return soft[..., None]

    def check(self, progress=None):
        """Reads all masks, and raises for the first that does not fit.

        Args:
            progress: Function of the masks read so far and of all of them, or
                `None`.

        Returns:
            float, the share of all images that is kept exactly.
        """
        shares = {}
        keys = list(zip(self.paths, self._shapes, self._sizes))
        for index, key in enumerate(keys):
            if key not in shares:
                shares[key] = float((self.load(index) == KEPT).mean())
            if progress is not None:
                progress(index + 1, len(self))
        return sum(shares[key] for key in keys) / len(keys)


def mask_paths(names, place, endings=None):
    """Finds the masks of images by their names.

    Args:
        names: List of names of images, relative to their folder.
        place: Path of a folder of masks, or of one mask for all.
        endings: As of `pair_names`, or `None`.

    Returns:
        List of paths.

    Raises:
        OSError: If there is no such folder or file.
        ValueError: If an image has no mask, or it is not clear which.
    """
    masks = mask_files(place)
    if os.path.isfile(place):
        return masks.paths * len(names)
    option = None if endings is None else "source_endings"
    return paired_paths(names, masks, "mask", endings or (), option)


def mask_files(place):
    """Returns the masks of a place as a collection.

    Args:
        place: Path of a folder, which may end in `@left` or `@right`, or of
            one file.

    Returns:
        `ImageCollection`.

    Raises:
        OSError: If there is no such folder or file.
        ValueError: If there is no image.
    """
    one = os.path.isfile(place)
    masks = ImageCollection([pathlib.Path(place)] if one else place)
    if not masks.paths:
        raise ValueError(
            "Masks are files in a folder. Received: none in "
            f"{masks.description}"
        )
    return masks


def read_mask(path, half=None):
    """Reads a file as a mask.

    Args:
        path: Path of a black and white image: 0 and 1, or 0 and the largest
            value of its type; between these, what is nearer to white is kept.
        half: `"left"`, `"right"` or `None`.

    Returns:
        bool array `(height, width)`, `True` where the image is kept.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If it cannot be read, or is not clearly a mask.
    """
    image = decode_image(path)
    if image.alpha is not None and np.ptp(image.alpha):
        raise ValueError(
            "A mask is black and white, and it is not clear what the "
            "transparency of this one means; save it without. "
            f"Received: {printable(path)}"
        )
    values = take_half(image.pixels, half).max(-1)
    largest = values.max(initial=0)
    if values.dtype.kind == "f" or largest <= 1:
        white = 1
    else:
        white = np.iinfo(values.dtype).max
    # Shades of a compressed black are no mask, and neither are class numbers.
    if 1 < largest < white / 2 or (white == 1 and largest > 1):
        raise ValueError(
            "A mask is black and white: 0 and 1, or 0 and "
            f"{white}. Received: {printable(path)}, whose largest value is "
            f"{largest}"
        )
    return values >= white / 2


def soft_mask(mask, border):
    """Gives a mask a border that falls off outside of it.

    Args:
        mask: bool array `(height, width)`.
        border: int, not negative. Width in pixels: what is further away from
            the mask along rows or columns is not kept at all.

    Returns:
        uint8 array of the same shape, 255 within the mask.
    """
    grown = border - border // 2
    # The image goes on as it ends: no border falls off at its edge.
    share = np.pad(mask, border, "edge").astype("float32")
    if grown:
        share = (_box_sum(share, grown) > 0.5).astype("float32")
    if border // 2:
        side = 2 * (border // 2) + 1
        share = _box_sum(share, border // 2) / side**2
    height, width = mask.shape
    share = share[border : border + height, border : border + width]
    # Rounded up at the mask itself, whatever was lost in the sums.
    return np.where(mask, KEPT, np.floor(share * KEPT)).astype("uint8")


def _box_sum(values, radius):
    """Sums over squares around each pixel; borders are repeated."""
    for axis in (0, 1):
        padding = [(0, 0), (0, 0)]
        padding[axis] = (radius + 1, radius)
        sums = np.pad(values, padding, "edge").cumsum(axis, "float64")
        length = values.shape[axis]
        after = np.take(
            sums, range(2 * radius + 1, 2 * radius + 1 + length), axis
        )
        before = np.take(sums, range(length), axis)
        values = after - before
    return values
