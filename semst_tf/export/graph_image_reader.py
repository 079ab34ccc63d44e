"""An image that is read piece by piece, inside a TensorFlow graph."""

import tensorflow as tf

from semst_tf.layers import PadToMultiple


class GraphImageReader:
    """Gives pieces of an image in [-1, 1], mirrored up to a multiple.

    What `semst_tf.tiling.image_reader.ImageReader` is for arrays: only what
    is read is converted.

    Args:
        image: Tensor `(height, width, channels)`, as stored.
        multiple: int. Height and width become multiples of it.
        minimum: int. Height and width become at least this.
        prepare: Function from pixels as stored to float32 in [-1, 1].
    """

    def __init__(self, image, multiple, minimum, prepare):
        self.multiple = multiple
        self.channels = image.shape[-1]
        self._prepare = prepare
        self._images = image[None]
        if multiple > 1:
            self._images = PadToMultiple(multiple, minimum)(self._images)
        self.height, self.width = tf.unstack(tf.shape(self._images)[1:3])

    def read(self, top, left, rows, columns):
        """Returns a piece as float32 `(1, rows, columns, channels)`."""
        return self._prepare(
            self._images[:, top : top + rows, left : left + columns, :]
        )


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
