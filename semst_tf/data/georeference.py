"""Where on earth the pixels of a GeoTIFF lie, and which of them are empty."""

import math

import numpy as np

SCALE, TIE_POINTS, MATRIX = 33550, 33922, 34264
KEYS = 34735
NODATA = 42113

_TOLERANCE = 0.5
"""Pixels by which corners of files that belong together may differ."""


def nodata_value(georeference):
    """The value of pixels without data, as GDAL writes it into a tag.

    Args:
        georeference: Tags, as in `DecodedImage`.

    Returns:
        float (which may be NaN), or `None` where the file names none.
    """
    for code, _, _, value in georeference:
        if code == NODATA:
            text = value.decode() if isinstance(value, bytes) else str(value)
            try:
                return float(text.strip("\0 "))
            except ValueError:
                return None
    return None


def nodata_mask(pixels, value):
    """Which pixels hold no data: those of which every band has the value.

    A single band may well have it by chance, as the 0 of a dark red.

    Args:
        pixels: Array `(height, width, channels)`.
        value: float, or `None`.

    Returns:
        bool array `(height, width)`, or `None` if there are no such pixels.
    """
    if value is None:
        return None
    if math.isnan(value):
        if pixels.dtype.kind != "f":
            return None
        mask = np.isnan(pixels).all(axis=-1)
    else:
        if pixels.dtype.kind == "f":
            # Stored as float32, -3.4e38 is not the float64 of the tag.
            with np.errstate(over="ignore"):
                pixels = pixels.astype("float32", copy=False)
            value = np.float32(value)
        mask = (pixels == value).all(axis=-1)
    return mask if mask.any() else None


def filled(pixels, mask):
    """Pixels whose empty places have the mean of the others.

    So that an extreme value there changes no statistics.

    Args:
        pixels: Array `(height, width, channels)`.
        mask: bool array `(height, width)`, or `None`.

    Returns:
        Array of the same shape and type.
    """
    if mask is None:
        return pixels
    pixels = pixels.copy()
    mean = 0.0
    if not mask.all():
        mean = pixels[~mask].mean(axis=0, dtype="float64")
        if pixels.dtype.kind != "f":
            mean = np.rint(mean)
    pixels[mask] = mean
    return pixels


def emptied(pixels, mask, value):
    """Pixels that hold no data where a mask says so, and nowhere else.

    A valid pixel that happens to have the value in every band moves by the
    smallest step, so that it is not taken for empty.

    Args:
        pixels: Array `(height, width, channels)`.
        mask: bool array `(height, width)`, or `None`.
        value: float, or `None`.

    Returns:
        Array of the same shape and type.

    Raises:
        ValueError: If the type cannot hold the value.
    """
    if value is None:
        return pixels
    if pixels.dtype.kind != "f":
        limits = np.iinfo(pixels.dtype)
        # NaN lies between no limits.
        if not limits.min <= value <= limits.max or value != round(value):
            if mask is None:
                return pixels
            raise ValueError(
                f"{pixels.dtype} cannot hold the nodata value of the input. "
                f"Received: nodata={value:g}"
            )
    taken = nodata_mask(pixels, value)
    if mask is None and taken is None:
        return pixels
    pixels = pixels.copy()
    if taken is not None:
        pixels[taken] = _beside(value, pixels.dtype)
    if mask is not None:
        pixels[mask] = value
    return pixels


def _beside(value, dtype):
    """A neighbour of a value, on the side of 0 where there is one."""
    if dtype.kind != "f":
        return int(value) + (1 if value <= 0 else -1)
    near = np.float32(value)
    return np.nextafter(near, np.float32(1.0 if value <= 0 else 0.0))


def place_difference(first, second):
    """Says how two images of one scene lie at different places.

    Args:
        first: `ImageHeader`.
        second: `ImageHeader`.

    Returns:
        str; empty where they lie alike, or one of them does not say where.
    """
    transforms = [_transform(header.georeference) for header in (first, second)]
    if None in transforms:
        return ""
    systems = [_system(header.georeference) for header in (first, second)]
    if all(systems) and systems[0] != systems[1]:
        return "coordinate systems differ"
    corners = [
        transform(header.height, header.width)
        for transform, header in zip(transforms, (first, second))
    ]
    # The larger pixel: labels may be coarser than their image.
    pixel = max(
        np.linalg.norm(c[3] - c[0]) / np.hypot(header.height, header.width)
        for c, header in zip(corners, (first, second))
    )
    apart = np.linalg.norm(corners[0] - corners[1], axis=1).max()
    if apart <= _TOLERANCE * pixel:
        return ""
    return (
        f"corners are {apart:.6g} map units apart, {apart / pixel:.1f} pixels"
    )


def _transform(georeference):
    """Function from height and width to the four corners, or `None`."""
    tags = {code: value for code, _, _, value in georeference}
    if MATRIX in tags:
        matrix = np.array(tags[MATRIX], "float64").reshape(4, 4)[:2]
        matrix = matrix[:, [0, 1, 3]]
    elif SCALE in tags and TIE_POINTS in tags:
        scale = np.array(tags[SCALE], "float64")
        column, row, _, x, y, _ = tags[TIE_POINTS][:6]
        matrix = np.array(
            [
                [scale[0], 0.0, x - scale[0] * column],
                [0.0, -scale[1], y + scale[1] * row],
            ]
        )
    else:
        return None

    def corners(height, width):
        places = [(0, 0), (width, 0), (0, height), (width, height)]
        return np.array([matrix @ (*place, 1.0) for place in places])

    return corners


def _system(georeference):
    """What names the coordinate system: the codes of its keys."""
    for code, _, _, value in georeference:
        if code == KEYS:
            keys = np.array(value).reshape(-1, 4)[1:]
            # 1024: the kind of model; 2048 and 3072: geographic, projected.
            return {
                int(key): int(number)
                for key, place, _, number in keys
                if key in (1024, 2048, 3072) and place == 0
            }
    return {}
