"""Writing pyramids: OME-TIFF in tiles, with memory for a few of them."""

import numpy as np
import tifffile

TILE = 256
"""Side of the stored tiles."""

_SMALLEST = 512
"""A level whose longer side is not above it is the last one."""


def write_pyramid(path, pixels, microns=None):
    """Writes an image as a pyramidal OME-TIFF (BigTIFF, deflate).

    Every level is half as large as the one before, by the mean of four
    pixels.

    Args:
        path: Path that ends in `.ome.tif`.
        pixels: Array `(height, width, channels)` of one or three channels,
            such as a `numpy.memmap`: it is read piece by piece.
        microns: float or `None`. Micrometres a pixel.
    """
    levels = [pixels]
    while max(levels[-1].shape[:2]) > _SMALLEST:
        levels.append(_Halved(levels[-1]))
    metadata = {"axes": "YXS" if pixels.shape[2] > 1 else "YX"}
    if microns is not None:
        for axis in "XY":
            metadata[f"PhysicalSize{axis}"] = float(microns)
            metadata[f"PhysicalSize{axis}Unit"] = "µm"
    options = {
        "photometric": "rgb" if pixels.shape[2] == 3 else "minisblack",
        "tile": (TILE, TILE),
        "compression": "zlib",
        "dtype": pixels.dtype,
    }
    with tifffile.TiffWriter(path, bigtiff=True, ome=True) as file:
        for number, level in enumerate(levels):
            shape = level.shape if level.shape[2] > 1 else level.shape[:2]
            more = {"subfiletype": 1}
            if number == 0:
                more = {"subifds": len(levels) - 1, "metadata": metadata}
                if microns is not None:
                    more["resolution"] = (1e4 / microns, 1e4 / microns)
                    more["resolutionunit"] = "CENTIMETER"
            file.write(_tiles(level), shape=shape, **options, **more)


class _Halved:
    """Pieces of an array at half its size; computed when they are read."""

    def __init__(self, larger):
        self.larger = larger
        height, width, channels = larger.shape
        self.shape = (max(height // 2, 1), max(width // 2, 1), channels)
        self.dtype = larger.dtype

    def __getitem__(self, place):
        rows, columns = place
        piece = self.larger[
            2 * rows.start : 2 * rows.stop, 2 * columns.start : 2 * columns.stop
        ]
        height, width = rows.stop - rows.start, columns.stop - columns.start
        # Of a side of one pixel there is no second one.
        piece = piece.astype("float32")
        if piece.shape[0] == 1:
            piece = np.repeat(piece, 2, axis=0)
        if piece.shape[1] == 1:
            piece = np.repeat(piece, 2, axis=1)
        mean = piece.reshape(height, 2, width, 2, -1).mean(axis=(1, 3))
        if self.dtype.kind in "ui":
            mean = np.rint(mean)
        return mean.astype(self.dtype)


def _tiles(level):
    """Yields the tiles of a level, row by row."""
    height, width, channels = level.shape
    for top in range(0, height, TILE):
        for left in range(0, width, TILE):
            rows = slice(top, min(top + TILE, height))
            columns = slice(left, min(left + TILE, width))
            tile = np.zeros((TILE, TILE, channels), level.dtype)
            piece = level[rows, columns]
            tile[: piece.shape[0], : piece.shape[1]] = piece
            yield tile if channels > 1 else tile[..., 0]
