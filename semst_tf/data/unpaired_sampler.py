"""Batches of unpaired crops that follow from seed and position."""

import functools

import numpy as np

from semst_tf.data.resize import parse_crop_size

_DOMAINS = ("source", "target")
# First entry of a seed sequence: no two uses share random numbers.
_ORDER, _CROP, _SHARED_CROP = range(3)


class UnpairedSampler:
    """Unpaired examples, each a pure function of (seed, index).

    Nothing is remembered from one example to the next, so the position in
    the data is one integer: training resumes exactly by going on with the
    next index, and devices share the work by taking different indices.

    Source and target are drawn independently. Each domain is gone through in
    a fresh random order again and again, so every image is used equally
    often, also where one domain is much smaller. Pure NumPy: usable with any
    Keras backend.

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
        self.seed = int(seed)
        self.flip = flip
        self.matched_crops = matched_crops
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
            A dict with `"source"` and `"target"`: float32 arrays
            `(crop_height, crop_width, channels)` in [-1, 1].

        Raises:
            OSError, ValueError: If an image can't be read, or is smaller
                than the crop.
        """
        return {name: self.crop(name, index) for name in _DOMAINS}

    def crop(self, domain, index):
        """Returns the `"source"` or the `"target"` of an example alone."""
        place, index = _DOMAINS.index(domain), int(index)
        collection = (self.source, self.target)[place]
        picture = self.picture_index(domain, index)
        image = collection.load(picture)
        random = self._generator(_CROP, place, index)
        if self.crop_size is not None:
            image = self._crop(image, random, index, collection.name(picture))
        if self.flip and random.random() < 0.5:
            image = image[:, ::-1]
        return collection.to_unit_range(image)

    def picture_index(self, domain, index):
        """Which image of `"source"` or `"target"` an example shows."""
        domain = _DOMAINS.index(domain)
        collection = (self.source, self.target)[domain]
        round_number, position = divmod(int(index), len(collection))
        return int(self._order(domain, len(collection), round_number)[position])

    def _crop(self, image, random, index, name):
        height, width = self.crop_size
        free_rows = image.shape[0] - height
        free_columns = image.shape[1] - width
        if free_rows < 0 or free_columns < 0:
            raise ValueError(
                f"{name} is smaller than the crop. Received: image "
                f"{image.shape[0]}x{image.shape[1]}, crop {height}x{width}"
            )
        top = random.integers(free_rows + 1)
        left = random.integers(free_columns + 1)
        if self.matched_crops:
            shared = self._generator(_SHARED_CROP, index).random()
            top = int(shared * free_rows + 0.5)
        return image[top : top + height, left : left + width]

    def _draw_order(self, domain, length, round_number):
        random = self._generator(_ORDER, domain, round_number)
        return random.permutation(length)

    def _generator(self, *stream):
        sequence = np.random.SeedSequence((self.seed, *stream))
        return np.random.Generator(np.random.PCG64(sequence))
