"""Division of images and maps into parts."""


def parts(size, layout):
    """Divides an image into rows and columns of parts, as equal as can be.

    Args:
        size: `(height, width)`.
        layout: int. Rows and columns.

    Returns:
        List of pairs of slices, of rows and of columns, row by row.

    Raises:
        ValueError: If a side is shorter than `layout`.

    Example:

    >>> parts((4, 5), 2)[0]
    (slice(0, 2, None), slice(0, 2, None))
    """
    if min(size) < layout:
        raise ValueError(
            f"Images of {size[0]} x {size[1]} places cannot be divided into "
            f"{layout} x {layout} parts; set `data.matching_layout` to at most "
            f"{min(size)}, or take larger crops. Received: {layout}"
        )
    rows, columns = (
        [
            slice(place * side // layout, (place + 1) * side // layout)
            for place in range(layout)
        ]
        for side in size
    )
    return [(row, column) for row in rows for column in columns]
