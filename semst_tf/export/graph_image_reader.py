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
