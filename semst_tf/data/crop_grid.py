"""Where the crops of an index lie in an image."""

import numpy as np


class CropGrid:
    """Evenly spaced crops that cover an image, and what lies around them.

    Neighbours overlap by half a crop or more, and the outermost touch the
    borders. Every possible crop belongs to the one of the grid that is
    nearest to it: corners are divided among the grid without gaps.

    Args:
        image_size: `(height, width)` of the image.
        crop_size: `(height, width)` of the crops, not larger, or `None` for
            the whole image.

    Attributes:
        shape: Rows and columns of the grid, a tuple of two ints.

    Example:

    >>> CropGrid((128, 256), (128, 128)).corners()
    [(0, 0), (0, 64), (0, 128)]
    """

    def __init__(self, image_size, crop_size):
        crop_size = image_size if crop_size is None else crop_size
        self._free = [
            int(side) - int(crop)
            for side, crop in zip(image_size, crop_size, strict=True)
        ]
        self.shape = tuple(
            1 + -(-2 * free // int(crop))
            for free, crop in zip(self._free, crop_size, strict=True)
        )

    def __len__(self):
        return self.shape[0] * self.shape[1]

    def corners(self):
        """Returns the top left corners, a list of `(top, left)`."""
        tops, lefts = (
            [_evenly(number, count, free) for number in range(count)]
            for count, free in zip(self.shape, self._free, strict=True)
        )
        return [(top, left) for top in tops for left in lefts]

    def nearest(self, corner):
        """Returns the number of the crop of the grid nearest to a corner.

        Args:
            corner: `(top, left)` of a crop.

        Returns:
            int, its place in `corners()`.
        """
        row, column = (
            _nearest(at, count, free)
            for at, count, free in zip(
                corner, self.shape, self._free, strict=True
            )
        )
        return row * self.shape[1] + column

    def draw(self, number, random):
        """Returns a corner to which a crop of the grid is the nearest.

        Args:
            number: int. Place in `corners()`.
            random: `numpy.random.Generator`. All such corners are equally
                likely.

        Returns:
            `(top, left)`, ints.
        """
        row, column = divmod(int(number), self.shape[1])
        return tuple(
            int(random.integers(*_around(place, count, free)))
            for place, count, free in zip(
                (row, column), self.shape, self._free, strict=True
            )
        )


# Integers only: the same on every machine.


def _evenly(number, count, free):
    return number * free // max(1, count - 1)


def _nearest(at, count, free):
    return (2 * at * (count - 1) + free) // (2 * free) if free else 0


def _around(number, count, free):
    """First corner that belongs to one of the grid, and the one after."""
    if count == 1:
        return 0, free + 1
    first, after = (
        -(-free * (2 * step - 1) // (2 * (count - 1)))
        for step in (number, number + 1)
    )
    return int(np.clip(first, 0, free + 1)), int(np.clip(after, 0, free + 1))
