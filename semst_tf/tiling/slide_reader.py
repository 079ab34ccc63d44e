"""A whole slide that is read box by box from its file."""

import numpy as np

from semst_tf.data.channels import convert_channels
from semst_tf.data.value_range import to_unit_range
from semst_tf.tiling.image_reader import mirrored


class SlideReader:
    """Gives boxes of a slide in [-1, 1], mirrored up to a multiple.

    What `ImageReader` is for arrays; nothing but the boxes that are read is
    ever in memory.

    Args:
        slide: `semst_tf.data.slide_file.SlideFile`.
        level: int. Level of the slide.
        channels: int. What grey and colour are converted to.
        value_range: Pair of black and white values, or `None` for the range
            of integer types.
        multiple: int. Height and width become multiples of it.
        minimum: int. Height and width become at least this.
        clip: bool. Whether values outside the range become its ends instead
            of an error. Defaults to `False`.
    """

    def __init__(
        self,
        slide,
        level,
        channels,
        value_range,
        multiple,
        minimum,
        clip=False,
    ):
        self.slide = slide
        self.level = level
        self.channels = channels
        self.value_range = value_range
        self.clip = clip
        self.multiple = multiple
        self.stored_size = slide.shape(level)[:2]
        self.height, self.width = (
            max(-(-size // multiple) * multiple, minimum)
            for size in self.stored_size
        )

    def read(self, box):
        """Returns a box as float32 `(1, rows, columns, channels)`."""
        height, width = self.stored_size
        rows = mirrored(np.arange(box.top, box.bottom), height)
        columns = mirrored(np.arange(box.left, box.right), width)
        top, left = rows.min(), columns.min()
        region = self.slide.read(
            self.level, top, left, rows.max() + 1, columns.max() + 1
        )
        region = region[np.ix_(rows - top, columns - left)]
        region = convert_channels(region, self.channels)
        return to_unit_range(region, self.value_range, self.clip)[None]
