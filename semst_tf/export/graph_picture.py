"""An image that is read piece by piece, inside a TensorFlow graph."""

import tensorflow as tf

from semst_tf.layers import PadToMultiple


class GraphPicture:
    """Gives pieces of an image in [-1, 1], mirrored up to a multiple.

    What `semst_tf.tiling.picture.Picture` is for arrays: only what is read is
    converted.

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


class ReducedGraphPicture:
    """An image made smaller: each pixel is the mean of a block.

    Args:
        picture: `GraphPicture` whose sizes are multiples of the ratio.
        ratio: int.
    """

    def __init__(self, picture, ratio):
        self.multiple = picture.multiple // ratio
        self.channels = picture.channels
        self.height = picture.height // ratio
        self.width = picture.width // ratio
        self._picture = picture
        self._ratio = ratio

    def read(self, top, left, rows, columns):
        """Returns a piece as float32 `(1, rows, columns, channels)`."""
        box = (self._ratio * side for side in (top, left, rows, columns))
        piece = self._picture.read(*box)
        return tf.nn.avg_pool2d(piece, self._ratio, self._ratio, "VALID")
