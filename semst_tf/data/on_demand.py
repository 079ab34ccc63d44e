"""A list whose items are made when they are asked for."""

import collections.abc


class OnDemand(collections.abc.Sequence):
    """What a function gives for 0, 1, 2, ..., with the memory of one item.

    Args:
        load: Function of an index.
        count: int. Number of items.

    Example:

    ```python
    images = ImageCollection("photos")
    photos = OnDemand(images.load, len(images))
    ```
    """

    def __init__(self, load, count):
        self._load = load
        self._count = count
        # Scores that look at one item in turn load it once.
        self._last = (None, None)

    @classmethod
    def of(cls, images):
        """Returns the images of an `ImageCollection`."""
        return cls(images.load, len(images))

    @classmethod
    def scored(cls, images):
        """Returns them in a range that scores know: their type's or [-1, 1].

        Args:
            images: `ImageCollection`; one with a `value_range` gives float32.
        """
        if images.value_range is None:
            return cls.of(images)
        return cls(
            lambda index: images.to_unit_range(images.load(index)), len(images)
        )

    def __len__(self):
        return self._count

    def __getitem__(self, index):
        if isinstance(index, slice):
            return [self[i] for i in range(*index.indices(self._count))]
        index = range(self._count)[index]
        if self._last[0] != index:
            self._last = (index, self._load(index))
        return self._last[1]
