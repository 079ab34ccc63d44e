"""Images side by side."""

import numpy as np
from PIL import Image

from semst_tf.data.value_range import from_unit_range
from semst_tf.data.value_range import to_unit_range

GAP = 4
"""White pixels between the cells of a grid, unless others are given."""


def image_grid(rows, height=160, gap=GAP):
    """Arranges images of any size, type and channel count in a grid.

    Args:
        rows: List of rows, each a list of arrays `(height, width, channels)`:
            integer images in the range of their type, floating-point ones
            in [-1, 1]. Of more than three channels the first three are shown
            as red, green and blue; two are shown as grey, by the first.
        height: int. Height of every cell in pixels; images keep their
            aspect. Defaults to `160`.
        gap: int. White pixels between the cells. Defaults to `4`.

    Returns:
        Uint8 array `(grid_height, grid_width, 3)`.
    """
    cells = [[_cell(image, height) for image in row] for row in rows]
    columns = max(len(row) for row in cells)
    widths = [
        max(row[i].shape[1] for row in cells if i < len(row))
        for i in range(columns)
    ]
    total_height = len(cells) * (height + gap) - gap
    total_width = sum(widths) + gap * (columns - 1)
    grid = np.full((total_height, total_width, 3), 255, "uint8")
    for i, row in enumerate(cells):
        top = i * (height + gap)
        left = 0
        for cell, width in zip(row, widths):
            grid[top : top + height, left : left + cell.shape[1]] = cell
            left += width + gap
    return grid


def _cell(pixels, height):
    """One image as uint8 RGB of the wanted height."""
    pixels = np.asarray(pixels)
    floating = np.issubdtype(pixels.dtype, np.floating)
    unit = to_unit_range(pixels, (-1.0, 1.0) if floating else None)
    if unit.shape[-1] > 3:
        unit = unit[..., :3]
    elif unit.shape[-1] != 3:
        unit = np.repeat(unit[..., :1], 3, axis=-1)
    width = max(1, round(unit.shape[1] * height / unit.shape[0]))
    image = Image.fromarray(from_unit_range(unit))
    return np.asarray(image.resize((width, height), Image.Resampling.BICUBIC))
