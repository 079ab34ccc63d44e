"""A feature map on disk."""

import tempfile

import numpy as np


class FeatureMap:
    """Float32 values `(height, width, channels)` in a temporary file.

    Read and written box by box, so that it takes no memory. The file is gone
    with the object. It lies where `tempfile` puts files (`TMPDIR`).

    Args:
        height: int.
        width: int.
        channels: int.
    """

    def __init__(self, height, width, channels):
        self.height = height
        self.width = width
        self.channels = channels
        self._file = tempfile.TemporaryFile(prefix="semst_tf-")

    def read(self, box):
        """Returns a box as float32 `(1, rows, columns, channels)`."""
        columns = box.right - box.left
        values = np.empty(
            (1, box.bottom - box.top, columns, self.channels), "float32"
        )
        for row, line in enumerate(values[0], start=box.top):
            self._seek(row, box.left)
            self._file.readinto(line)
        return values

    def write(self, box, values):
        """Stores values `(1, rows, columns, channels)` at a box."""
        values = np.ascontiguousarray(values, "float32")
        for row, line in enumerate(values[0], start=box.top):
            self._seek(row, box.left)
            self._file.write(line)

    def close(self):
        """Removes the file."""
        self._file.close()

    def _seek(self, row, column):
        self._file.seek(4 * self.channels * (row * self.width + column))
