"""An image that is read piece by piece in a graph, at a smaller size."""

import tensorflow as tf


class ReducedGraphImageReader:
    """An image made smaller: each pixel is the mean of a block.

    Args:
        reader: `GraphImageReader` whose sizes are multiples of the ratio.
        ratio: int.
    """

    def __init__(self, reader, ratio):
        self.multiple = reader.multiple // ratio
        self.channels = reader.channels
        self.height = reader.height // ratio
        self.width = reader.width // ratio
        self._image = reader
        self._ratio = ratio

    def read(self, top, left, rows, columns):
        """Returns a piece as float32 `(1, rows, columns, channels)`."""
        box = (self._ratio * side for side in (top, left, rows, columns))
        piece = self._image.read(*box)
        return tf.nn.avg_pool2d(piece, self._ratio, self._ratio, "VALID")
