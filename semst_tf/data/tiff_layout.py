"""What the tags of a TIFF page say about its samples."""

import dataclasses

WHITE_IS_ZERO, BLACK_IS_ZERO, RGB, PALETTE = range(4)
CMYK, YCBCR, LAB = 5, 6, 8
_ALPHA = (1, 2)  # ExtraSamples: associated and unassociated alpha


@dataclasses.dataclass(frozen=True)
class TiffLayout:
    """What the tags of a page say about its samples.

    Args:
        bands: int. Samples of a pixel that are no alpha, as stored.
        channels: int. Channels once read; a palette has one band.
        alpha: int or `None`. Place of alpha among the samples.
        bits: int. Of each sample.
        dtype: str. Once read.
    """

    bands: int
    channels: int
    alpha: int | None
    bits: int
    dtype: str


def tiff_layout(page):
    """Reads what the tags of a page say; refuses what is not read.

    Args:
        page: `tifffile.TiffPage`.

    Returns:
        `TiffLayout`.

    Raises:
        ValueError: If its colours or its depth are not known.
    """
    samples, extra = page.samplesperpixel, tuple(page.extrasamples)
    bits, photometric = page.bitspersample, int(page.photometric or 0)
    alpha = [
        samples - len(extra) + place
        for place, kind in enumerate(extra)
        if kind in _ALPHA and len(extra) < samples
    ]
    alpha = alpha[0] if alpha else None
    bands = samples - (alpha is not None)
    channels = 3 if photometric in (PALETTE, CMYK) else bands
    if not isinstance(bits, int):
        raise ValueError(f"TIFF with bands of several depths ({bits} bits)")
    _check_colour_space(page, photometric, alpha is not None)
    dtype = _loaded_dtype(page, photometric)
    return TiffLayout(bands, channels, alpha, bits, dtype)


def _check_colour_space(page, photometric, has_alpha):
    """Refuses colours that are not read, or not in this depth."""
    depth = _depth(page)
    if photometric not in (
        WHITE_IS_ZERO,
        BLACK_IS_ZERO,
        RGB,
        PALETTE,
        CMYK,
        YCBCR,
        LAB,
    ):
        raise ValueError(
            f"TIFF of the colour space {page.photometric!s} isn't known "
            f"({depth}); convert it to RGB or grey"
        )
    if photometric not in (CMYK, YCBCR, LAB):
        return
    if page.bitspersample != 8:
        raise ValueError(
            f"TIFF of the colour space {page.photometric!s} is read in 8 bits "
            f"only ({depth}); convert it to RGB"
        )
    if has_alpha:
        raise ValueError(
            f"TIFF of the colour space {page.photometric!s} with alpha isn't "
            f"known ({depth}); convert it to RGB"
        )


def _loaded_dtype(page, photometric):
    """Name of the type that stored values become; refuses what is unknown."""
    bits, stored, depth = page.bitspersample, page.dtype, _depth(page)
    if stored is None or (stored.kind in "iu" and stored.itemsize > 4):
        raise ValueError(
            f"TIFF of {depth} (sample format {page.sampleformat}) isn't "
            "known; convert it to 8, 16 or 32 bits, or floating point"
        )
    if stored.kind == "f":
        dtype = "float32"
    elif stored.kind == "i":
        dtype = stored.name
    elif stored.kind in "ub":
        dtype = "uint8" if bits <= 8 else "uint16" if bits <= 16 else "uint32"
    else:
        raise ValueError(
            f"TIFF of complex numbers ({depth}) isn't known; save magnitudes"
        )
    if photometric == WHITE_IS_ZERO and stored.kind in "if":
        raise ValueError(
            f"TIFF where white is zero, of {depth} that are signed or floating "
            "point, has no known black; save it with black as the low end"
        )
    return "uint8" if photometric == PALETTE else dtype


def _depth(page):
    return f"{page.samplesperpixel} bands of {page.bitspersample} bits"
