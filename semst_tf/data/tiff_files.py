"""TIFF, by its tags: any depth, any number of bands, one page of a stack."""

import contextlib
import dataclasses
import logging

import numpy as np
import tifffile
from PIL import UnidentifiedImageError

from semst_tf.data import orientation as orientations
from semst_tf.data.colour_profiles import to_srgb
from semst_tf.data.decoded_image import DecodedImage
from semst_tf.data.decoded_image import ImageHeader
from semst_tf.data.georeference import filled
from semst_tf.data.georeference import nodata_mask
from semst_tf.data.georeference import nodata_value
from semst_tf.data.pillow_files import pillow_image
from semst_tf.data.pixel_limit import check_pixels
from semst_tf.data.tiff_layout import CMYK
from semst_tf.data.tiff_layout import LAB
from semst_tf.data.tiff_layout import PALETTE
from semst_tf.data.tiff_layout import WHITE_IS_ZERO
from semst_tf.data.tiff_layout import YCBCR
from semst_tf.data.tiff_layout import tiff_layout

SIGNATURES = (b"II*\0", b"MM\0*", b"II+\0", b"MM\0+")

GEOREFERENCE = (33550, 33922, 34264, 34735, 34736, 34737, 42112, 42113)
"""Tags of GeoTIFF and GDAL that a translation of the same size keeps."""

_ASSOCIATED = 1
_REDUCED_OR_MASK = 0b101  # NewSubfileType: of another page, not one itself
_NO_COMPRESSION = 1
# A byte of a file stands for at most so many of pixels: a guard against
# files that claim more than they hold. Deflate reaches 1032, LZW about 1400.
_LARGEST_RATIO = 1400
_OTHER_RATIO = 2**15
_ALWAYS_ALLOWED = 2**25  # bytes

# What it would log, of damaged files, is raised or harmless.
logging.getLogger("tifffile").setLevel(logging.CRITICAL)


def tiff_header(file, page=None):
    """Reads the tags of a TIFF, and no pixels.

    Args:
        file: Binary file object.
        page: int or `None`. Page of a stack, from 0; `None` asks for the
            only one.

    Returns:
        An `ImageHeader`.

    Raises:
        ValueError: If its kind is not known, or it is a stack and no page
            was chosen.
    """
    with _opened(file) as tiff:
        found, frames = _chosen_page(tiff, page)
        layout = tiff_layout(found)
        size = orientations.upright_size(
            found.imagelength, found.imagewidth, _orientation(found)
        )
        _check_stored(found, tiff.filehandle.size)
        return ImageHeader(
            *size,
            layout.channels,
            layout.dtype,
            layout.alpha is not None,
            frames,
            _georeference(found),
        )


def tiff_image(file, page=None):
    """Reads one page of a TIFF, upright, black at the low end, in sRGB.

    Args:
        file: Binary file object.
        page: As for `tiff_header`.

    Returns:
        A `DecodedImage`.

    Raises:
        ValueError: As `tiff_header`, or if the pixels cannot be decoded.
    """
    with _opened(file) as tiff:
        found, _ = _chosen_page(tiff, page)
        layout = tiff_layout(found)
        _check_stored(found, tiff.filehandle.size)
        orientation = _orientation(found)
        profile = _tag(found, 34675)
        georeference = _georeference(found)
        if _is_for_pillow(found, layout):
            image = _pillow_image(file, found)
            return dataclasses.replace(image, georeference=georeference)
        samples = _samples(found, layout)
    pixels, alpha = _divided(samples, found, layout)
    # The tag names a stored value: a place in a palette, or 255 of white.
    stored = [i for i in range(samples.shape[-1]) if i != layout.alpha]
    nodata = nodata_mask(samples[..., stored], nodata_value(georeference))
    pixels = filled(pixels, nodata)
    pixels = to_srgb(np.ascontiguousarray(pixels), profile)
    if alpha is not None:
        alpha = orientations.upright(alpha, orientation)
    if nodata is not None:
        nodata = orientations.upright(nodata, orientation)
    return DecodedImage(
        orientations.upright(pixels, orientation), alpha, georeference, nodata
    )


@contextlib.contextmanager
def _opened(file):
    file.seek(0)
    tiff = tifffile.TiffFile(file, name="TIFF")
    try:
        yield tiff
    except Exception as error:
        if "imagecodecs" not in str(error):
            raise
        raise ValueError(
            f"this TIFF ({' '.join(str(error).split())}) needs the imagecodecs "
            "package: pip install 'semst-tf[tiff]'"
        ) from error
    # The file is closed by who opened it.


def _chosen_page(tiff, page):
    """Returns a page, and how many there are."""
    pages = [tiff.pages[i] for i in range(len(tiff.pages))]
    pages = _whole_pages(pages) or _pages_below(pages) or pages[:1]
    count = len(pages)
    if tiff.is_imagej and count == 1:
        # ImageJ writes one directory for all images of a large stack.
        count = int((tiff.imagej_metadata or {}).get("images", 1))
    if page is None and count > 1:
        raise ValueError(
            f"a TIFF stack of {count} pages: choose one with --page "
            f"(`page`), from 0 to {count - 1}"
        )
    page = 0 if page is None else page
    if not 0 <= page < len(pages):
        raise ValueError(
            f"there is no page {page} in a TIFF of {len(pages)}, counted from 0"
        )
    found = pages[page]
    check_pixels(found.imagelength, found.imagewidth)
    if found.imagedepth > 1:
        raise ValueError(
            f"a TIFF volume of {found.imagedepth} slices; save it as one image "
            "a file"
        )
    return found, count


def _whole_pages(pages):
    return [p for p in pages if not _tag(p, 254, 0) & _REDUCED_OR_MASK]


def _pages_below(pages):
    """Images of which a file shows but thumbnails first, as cameras do."""
    for page in pages:
        if page.subifds:
            return _whole_pages(list(page.pages))
    return []


def _check_stored(page, size):
    """Refuses a page that claims more than the file holds."""
    if 0 in (page.imagelength, page.imagewidth, page.samplesperpixel):
        raise ValueError("a TIFF without pixels")
    offsets, counts = page.dataoffsets, page.databytecounts
    stored = 0
    for offset, count in zip(offsets, counts):
        stored += count
        if offset + count > size:
            raise ValueError(
                f"truncated: a TIFF of {size} bytes with pixels up to byte "
                f"{offset + count}"
            )
    values = page.imagelength * page.imagewidth * page.samplesperpixel
    needed = values * max(1, page.bitspersample) // 8
    ratio = 1
    if page.compression != _NO_COMPRESSION:
        known = page.compression.name in ("LZW", "DEFLATE", "ADOBE_DEFLATE")
        ratio = _LARGEST_RATIO if known else _OTHER_RATIO
    # Tiles that were left out, as GDAL does, hold no bytes.
    whole = all(counts) and len(counts) > 0
    allowed = stored * ratio + (0 if ratio == 1 and whole else _ALWAYS_ALLOWED)
    if needed > allowed or not stored:
        raise ValueError(
            f"truncated or damaged: a TIFF with {stored} bytes for {needed} of "
            "pixels"
        )


def _samples(page, layout):
    """All samples `(height, width, samples)`, as stored."""
    values = page.asarray(squeeze=False)  # planes, depth, rows, columns, ...
    values = values[:, 0]
    if values.shape[0] > 1:
        return np.moveaxis(values[..., 0], 0, -1)
    return values[0]


def _divided(samples, page, layout):
    """Returns pixels and alpha in the dtype that they are read as."""
    if page.photometric == PALETTE:
        bands = [i for i in range(samples.shape[-1]) if i != layout.alpha]
        colours = _from_palette(samples[..., bands[0]], page.colormap)
        if layout.alpha is None:
            return colours, None
        alpha = np.ascontiguousarray(samples[..., layout.alpha])
        return colours, _spread(alpha, layout)
    samples = _full_range(samples, layout)
    alpha = None
    if layout.alpha is not None:
        alpha = np.ascontiguousarray(samples[..., layout.alpha])
        samples = np.delete(samples, layout.alpha, axis=-1)
    if page.photometric == WHITE_IS_ZERO:
        samples = np.iinfo(samples.dtype).max - samples
    if alpha is not None and _ASSOCIATED in page.extrasamples:
        samples = _unmultiplied(samples, alpha)
    return samples, alpha


def _from_palette(indices, colormap):
    """RGB of palette indices; the table holds 16 bits a channel."""
    colours = np.asarray(colormap).T
    if colours.max(initial=0) > 255:  # Some writers use the low byte.
        colours = colours >> 8
    indices = np.minimum(indices.astype("uint16"), len(colours) - 1)
    return colours.astype("uint8")[indices]


def _full_range(samples, layout):
    """Spreads odd depths (1, 4, 12 bits) over the range of their dtype."""
    if samples.dtype.kind == "f":
        with np.errstate(over="ignore"):  # Infinity is refused later.
            return samples.astype("float32")
    if layout.bits in (8, 16, 32) or samples.dtype.kind == "i":
        return samples.astype(layout.dtype)
    return _spread(samples, layout)


def _spread(samples, layout):
    largest = 2**layout.bits - 1
    full = int(np.iinfo(layout.dtype).max)
    spread = samples.astype("uint64") * full
    return ((spread + largest // 2) // largest).astype(layout.dtype)


def _unmultiplied(samples, alpha):
    """Colours of which alpha has been taken out again."""
    share = alpha.astype("float64")[..., None]
    if samples.dtype.kind == "f":
        colours = samples / np.where(share > 0, share, np.inf)
        return colours.astype(samples.dtype)
    full = np.iinfo(samples.dtype).max
    colours = samples * (full / np.where(share > 0, share, np.inf))
    return np.clip(np.rint(colours), 0, full).astype(samples.dtype)


def _is_for_pillow(page, layout):
    """What has to become RGB first, which Pillow does in 8 bits."""
    if page.photometric in (CMYK, YCBCR, LAB):
        return True
    plain = layout.bits == 8 and layout.dtype == "uint8"
    plain = plain and layout.channels in (1, 3) and page.planarconfig == 1
    plain = plain and len(page.extrasamples) == (layout.alpha is not None)
    return plain and page.compression in (5, 7) and not _has_imagecodecs()


def _pillow_image(file, page):
    unknown = ValueError(
        f"TIFF of the colour space {page.photometric!s} and "
        f"{page.samplesperpixel} bands of {page.bitspersample} bits isn't "
        "known; convert it to RGB"
    )
    if len(page.treeindex) > 1:  # Pillow counts the pages on top only.
        raise unknown
    file.seek(0)
    try:
        return pillow_image(file, page.index)
    except UnidentifiedImageError as error:
        raise unknown from error


def _has_imagecodecs():
    try:
        import imagecodecs  # noqa: F401
    except ImportError:
        return False
    return True


def _orientation(page):
    return orientations.valid(_tag(page, 274, 1))


def _georeference(page):
    tags = (page.tags.get(code) for code in GEOREFERENCE)
    return tuple(
        (tag.code, int(tag.dtype), tag.count, tag.value)
        for tag in tags
        if tag is not None
    )


def _tag(page, code, default=None):
    tag = page.tags.get(code)
    return default if tag is None else tag.value


def encode_tiff(file, image, alpha=None, georeference=()):
    """Writes a TIFF of any of `DTYPES` and any number of bands.

    Args:
        file: Binary file object.
        image: Array `(height, width, channels)`.
        alpha: Array `(height, width)` of the same dtype, or `None`.
        georeference: Tags, as in `DecodedImage`.
    """
    bands = image.shape[-1]
    colours = 3 if bands == 3 else 1
    extra = ["unspecified"] * (bands - colours)
    if alpha is not None:
        image = np.concatenate([image, alpha[..., None]], axis=-1)
        extra.append("unassalpha")
    if image.shape[-1] == 1:
        image = image[..., 0]
    tifffile.imwrite(
        file,
        image,
        photometric="rgb" if colours == 3 else "minisblack",
        planarconfig="contig" if image.ndim == 3 else None,
        extrasamples=extra or None,
        metadata=None,
        software=False,
        extratags=[(*tag, True) for tag in georeference],
    )
