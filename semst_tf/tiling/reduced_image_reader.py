"""An image that is read box by box, at a smaller size."""


class ReducedImageReader:
    """An image made smaller: each pixel is the mean of a block.

    Args:
        reader: `ImageReader` whose sizes are multiples of the ratio.
        ratio: int.
    """

    def __init__(self, reader, ratio):
        self.reader = reader
        self.ratio = ratio
        self.multiple = reader.multiple // ratio
        self.height = reader.height // ratio
        self.width = reader.width // ratio

    def read(self, box):
        """Returns a box as float32 `(1, rows, columns, channels)`."""
        piece = self.reader.read(box.scaled(self.ratio))
        batch, height, width, channels = piece.shape
        blocks = piece.reshape(
            batch,
            height // self.ratio,
            self.ratio,
            width // self.ratio,
            self.ratio,
            channels,
        )
        return blocks.mean(axis=(2, 4))
