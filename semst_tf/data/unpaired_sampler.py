"""Batches of unpaired crops that follow from seed and position."""

import functools
import typing

import numpy as np

from semst_tf.data.crops_with_data import corner_with_data
from semst_tf.data.crops_with_data import few_empty_pixels
from semst_tf.data.guides import KEEP
from semst_tf.data.guides import LABELS
from semst_tf.data.guides import PAIRED
from semst_tf.data.guides import VALID
from semst_tf.data.guides import order_of
from semst_tf.data.keep_masks import KEPT
from semst_tf.data.resize import parse_crop_size

_DOMAINS = ("source", "target")
_PAIRS = 2
"""Pairs are drawn like the images of a third domain."""
# First entry of a seed sequence: no two uses share random numbers.
_ORDER, _CROP, _SHARED_CROP, _NEIGHBOUR = range(4)


_FROM_FILE = {
    KEEP: lambda mask: mask.astype("float32") / KEPT,
    **dict.fromkeys(LABELS, np.ascontiguousarray),
}
"""How what is read of a guide becomes part of an example."""
_SHAPES = {
    KEEP: lambda size: ((*size, 1), "float32"),
    **dict.fromkeys(LABELS, lambda size: (size, "uint8")),
}
"""From height and width of a crop to shape and type of what it becomes."""


class _Drawn(typing.NamedTuple):
    """Where a crop comes from: image, its number, place, and orientation."""

    number: int
    image: np.ndarray | None
    corner: tuple
    mirrored: bool
    nodata: np.ndarray | None = None


class UnpairedSampler:
    """Unpaired examples, each a pure function of (seed, index).

    Nothing is remembered from one example to the next, so the position in
    the data is one integer: training resumes exactly by going on with the
    next index, and devices share the work by taking different indices.

    Source and target are drawn independently. Each domain is gone through in
    a fresh random order again and again, so every image is used equally
    often, also where one domain is much smaller. Pixels of a GeoTIFF that
    hold no data are in no crop, unless `minimum_valid` allows some. Pure
    NumPy: usable with any Keras backend.

    Args:
        source: `ImageCollection` of the source domain.
        target: `ImageCollection` of the target domain.
        crop_size: int (square), `(height, width)`, `"256x512"` (height x
            width), or `None` for whole images. Defaults to 256.
        seed: int, not negative. Defaults to 0.
        flip: bool. Whether to mirror left to right, half of the time, each
            domain on its own. Defaults to `True`.
        matched_crops: bool. Whether both crops of an example lie at the same
            relative height (a fraction of the free range), so that both show
            for instance sky or road: then the discriminator can't ask for sky
            where there is road ("semst_tf design"). Defaults to `False`.
        matching: `CropIndex` of these images and crops, or `None`. The target
            crop of an example is then one that is like its source crop, drawn
            from the neighbours; source crops are the same as without it.
            Target images are used as often as they are like the source.
            Defaults to `None`, both are drawn independently.
        paired: `PairedImages` or `None`. Every example then has a crop of a
            pair too, drawn like the images of a third domain. Defaults to
            `None`.
        keep: `KeepMasks` of the source images, or `None`. Every example then
            has the crop of the mask of its source image. Defaults to `None`.
        source_labels: `TrainingLabels` of the source images, or `None`. Every
            example then has the labels of its source crop. Defaults to
            `None`.
        target_labels: The same of the target.
        minimum_valid: float in (0, 1]. Share of the pixels of a crop that must
            hold data. Below 1 every example also says where its crops do.
            Crops of pairs always hold data everywhere. Defaults to `1.0`.

    Raises:
        ValueError: If a domain is empty or an argument is invalid.

    Example:

    ```python
    sampler = UnpairedSampler(
        ImageCollection("game"), ImageCollection("street"), crop_size=128
    )
    sampler.example(0)["source"].shape  # (128, 128, 3)
    ```
    """

    def __init__(
        self,
        source,
        target,
        crop_size=256,
        seed=0,
        flip=True,
        matched_crops=False,
        matching=None,
        paired=None,
        keep=None,
        source_labels=None,
        target_labels=None,
        minimum_valid=1.0,
    ):
        for name, collection in zip(_DOMAINS, (source, target)):
            if len(collection) == 0:
                raise ValueError(
                    f"The {name} domain has no images. "
                    f"Received: {collection.description}"
                )
        if not isinstance(seed, (int, np.integer)) or seed < 0:
            raise ValueError(
                "`seed` must be an integer that is not negative. "
                f"Received: seed={seed!r}"
            )
        self.source = source
        self.target = target
        self.crop_size = parse_crop_size(crop_size)
        self.minimum_valid = _checked_minimum(minimum_valid, self.crop_size)
        self.seed = int(seed)
        self.flip = flip
        self.matched_crops = matched_crops
        self.matching = matching
        self.paired = paired
        guides = dict(
            zip((KEEP, *LABELS), (keep, source_labels, target_labels))
        )
        self._guides = _checked_guides(guides, (source, target))
        if matching is not None:
            self._check_matching()
        # Around the end of a pass, threads need two orders of each domain.
        self._order = functools.lru_cache(maxsize=8)(self._draw_order)

    @property
    def pass_length(self):
        """Examples in which the larger domain is gone through once."""
        return max(len(self.source), len(self.target))

    def example(self, index):
        """Returns one example.

        Args:
            index: int, from 0 without end. Position in the data.

        Returns:
            A dict with the names of `shapes`, as it says. Images are in
            [-1, 1].

        Raises:
            OSError, ValueError: If an image can't be read, or is smaller
                than the crop.
        """
        index = int(index)
        drawn = {name: self._drawn(name, index) for name in _DOMAINS}
        found = {name: self._crop_of(name, drawn[name]) for name in _DOMAINS}
        if self.paired is not None:
            found.update(self._pair(index))
        if self.minimum_valid < 1:
            found.update(
                (name, self._valid(drawn[domain]))
                for name, domain in zip(VALID, _DOMAINS)
            )
        for name, files in self._guides.items():
            place = drawn[_DOMAINS[order_of(name)]]
            values = self._cut(files.load(place.number), place)
            found[name] = _FROM_FILE[name](values)
        return found

    @property
    def shapes(self):
        """Dict from the names of an example to shape and type of its arrays.

        Heights and widths are `None` for whole images.
        """
        size = self.crop_size or (None, None)
        images = {"source": self.source, "target": self.target}
        if self.paired is not None:
            images |= zip(PAIRED, (self.paired.source, self.paired.target))
        shapes = {
            name: ((*size, collection.channels), "float32")
            for name, collection in images.items()
        }
        if self.minimum_valid < 1:
            shapes |= dict.fromkeys(VALID, ((*size, 1), "float32"))
        return shapes | {name: _SHAPES[name](size) for name in self._guides}

    def crop(self, domain, index):
        """Returns the `"source"` or the `"target"` of an example alone."""
        return self._crop_of(domain, self._drawn(domain, int(index)))

    def corner(self, domain, index):
        """Top and left of the crop of an example in its image, ints."""
        top, left = self._drawn(domain, int(index)).corner
        return int(top), int(left)

    def image_index(self, domain, index):
        """Which image of `"source"` or `"target"` an example shows."""
        if self._is_matched(domain):
            return self._match(int(index))[0]
        count = len(self._collection(domain))
        return self._in_order(_DOMAINS.index(domain), count, int(index))

    def _crop_of(self, domain, drawn):
        image = self._cut(drawn.image, drawn)
        return self._collection(domain).to_unit_range(image)

    def _valid(self, drawn):
        """Where a crop holds data, `(height, width, 1)`, 1 and 0."""
        if drawn.nodata is None:
            return np.ones((*self.crop_size, 1), "float32")
        return 1 - self._cut(drawn.nodata[..., None], drawn).astype("float32")

    def _pair(self, index):
        """Both images of a pair, cut at one place."""
        random = self._generator(_CROP, _PAIRS, index)
        number = self._in_order(_PAIRS, len(self.paired), index)
        both = (self.paired.source, self.paired.target)
        loaded = [collection.load_with_nodata(number) for collection in both]
        images = [image for image, _ in loaded]
        name = self.paired.source.name(number)
        corner = self._draw_corner(images[0].shape[:2], random, index, name)
        empty = [nodata for _, nodata in loaded if nodata is not None]
        if empty:
            empty = np.logical_or.reduce(empty)
            corner = self._with_data(empty, corner, random, name)
        place = _Drawn(number, None, corner, self._is_mirrored(random))
        return {
            part: collection.to_unit_range(self._cut(image, place))
            for part, collection, image in zip(PAIRED, both, images)
        }

    def _is_mirrored(self, random):
        return bool(self.flip and random.random() < 0.5)

    def _cut(self, image, drawn):
        """Cuts and mirrors anything of the size of the image of a crop."""
        if self.crop_size is not None:
            (top, left), (height, width) = drawn.corner, self.crop_size
            image = image[top : top + height, left : left + width]
        return image[:, ::-1] if drawn.mirrored else image

    def _in_order(self, domain, count, index):
        round_number, position = divmod(index, count)
        order = self._order(domain, count, round_number)
        return int(order[position])

    def _drawn(self, domain, index):
        """Where a crop of a domain comes from."""
        random = self._generator(_CROP, _DOMAINS.index(domain), index)
        collection = self._collection(domain)
        if self._is_matched(domain):
            number, corner = self._match(index)
            image, nodata = collection.load_with_nodata(number)
        else:
            number = self.image_index(domain, index)
            image, nodata = collection.load_with_nodata(number)
            name = collection.name(number)
            corner = self._draw_corner(image.shape[:2], random, index, name)
            if nodata is not None:
                corner = self._with_data(
                    nodata, corner, random, name, self.minimum_valid
                )
        mirrored = self._is_mirrored(random)
        return _Drawn(number, image, corner, mirrored, nodata)

    def _match(self, index):
        """Target image and corner that match the source crop."""
        number = self.image_index("source", index)
        corner = self._draw_corner(
            # Known to the index, so that nothing is read.
            self.matching.source_size(number),
            self._generator(_CROP, _DOMAINS.index("source"), index),
            index,
            self.source.name(number),
        )
        random = self._generator(_NEIGHBOUR, index)
        return self.matching.draw(number, corner, random)

    def _draw_corner(self, size, random, index, name):
        if self.crop_size is None:
            return 0, 0
        height, width = self.crop_size
        free_rows = size[0] - height
        free_columns = size[1] - width
        if free_rows < 0 or free_columns < 0:
            raise ValueError(
                f"{name} is smaller than the crop. Received: image "
                f"{size[0]}x{size[1]}, crop {height}x{width}"
            )
        top = random.integers(free_rows + 1)
        left = random.integers(free_columns + 1)
        if self.matched_crops:
            shared = self._generator(_SHARED_CROP, index).random()
            top = int(shared * free_rows + 0.5)
        return top, left

    def _with_data(self, nodata, corner, random, name, minimum=1.0):
        """The corner, or another one where too much of that crop is empty."""
        if self.crop_size is not None:
            corner = corner_with_data(
                nodata,
                self.crop_size,
                corner,
                random,
                self.matched_crops,
                minimum,
            )
        if self.crop_size is None or corner is None:
            raise ValueError(
                f"{name} has no crop {few_empty_pixels(minimum)}. "
                f"Received: crop_size={self.crop_size}"
            )
        return corner

    def _check_matching(self):
        if self.matched_crops:
            raise ValueError(
                "`matched_crops` chooses the height of the target crop and "
                "`matching` its place; choose one of them. "
                f"Received: matched_crops={self.matched_crops!r} and an index"
            )
        self.matching.check_fits(self.source, self.target, self.crop_size)

    def _is_matched(self, domain):
        return self.matching is not None and domain == "target"

    def _collection(self, domain):
        return (self.source, self.target)[_DOMAINS.index(domain)]

    def _draw_order(self, domain, length, round_number):
        random = self._generator(_ORDER, domain, round_number)
        return random.permutation(length)

    def _generator(self, *stream):
        sequence = np.random.SeedSequence((self.seed, *stream))
        return np.random.Generator(np.random.PCG64(sequence))


def _checked_minimum(minimum, crop_size):
    if not 0 < minimum <= 1 or (minimum < 1 and crop_size is None):
        raise ValueError(
            "`minimum_valid` is a share of a crop, above 0 and at most 1; of "
            "whole images every pixel must hold data. Received: "
            f"minimum_valid={minimum!r}, crop_size={crop_size}"
        )
    return float(minimum)


def _checked_guides(guides, collections):
    """Those that are given; refuses any of other images than are sampled."""
    given = {n: files for n, files in guides.items() if files is not None}
    for name, files in given.items():
        images = collections[order_of(name)]
        if len(files) != len(images):
            raise ValueError(
                f"There must be one file of {name!r} for each image. "
                f"Received: {len(files)} for {len(images)} images"
            )
    return given
