"""An image that is read box by box."""

import numpy as np

from semst_tf.data.value_range import to_unit_range


class ImageReader:
    """Gives boxes of an image in [-1, 1], mirrored up to a multiple.

    Only what is read is converted, so that a large image stays in memory
    as the integers it came as.

    Args:
        pixels: Array `(height, width, channels)`, as stored.
        value_range: Pair of black and white values, or `None` for the range
            of integer types.
        multiple: int. Height and width become multiples of it.
        minimum: int. Height and width become at least this.
        clip: bool. Whether values outside the range become its ends instead
            of an error. Defaults to `False`.

    Raises:
        ValueError: If pixels lie outside the range.
    """

    def __init__(self, pixels, value_range, multiple, minimum, clip=False):
        self.pixels = pixels
        self.value_range = value_range
        self.clip = clip
        self.multiple = multiple
        self.height, self.width = (
            max(-(-size // multiple) * multiple, minimum)
            for size in pixels.shape[:2]
        )
        if value_range is not None and not clip:
            # All of it before anything is translated; row by row, because a
            # copy of the whole may not fit.
            for row in pixels:
                to_unit_range(row, value_range)

    def read(self, box):
        """Returns a box as float32 `(1, rows, columns, channels)`."""
        height, width = self.pixels.shape[:2]
        rows = mirrored(np.arange(box.top, box.bottom), height)
        columns = mirrored(np.arange(box.left, box.right), width)
        piece = self.pixels[np.ix_(rows, columns)]
        return to_unit_range(piece, self.value_range, self.clip)[None]


def mirrored(positions, size):
    """Positions inside a size; those beyond it are mirrored at its ends."""
    period = max(2 * (size - 1), 1)
    phase = positions % period
    return np.minimum(np.minimum(phase, period - phase), size - 1)
