"""Whole-slide images: TIFF pyramids, read by region."""

import collections
import dataclasses
import re
import threading

import numpy as np
import tifffile

from semst_tf.data.decoded_image import DTYPES
from semst_tf.data.decoded_image import DecodedImage
from semst_tf.data.decoded_image import ImageHeader
from semst_tf.data.part_of_file import PartOfFile
from semst_tf.data.pixel_limit import check_pixels

SUFFIXES = (".svs", ".ndpi", ".scn", ".bif")
OME_SUFFIXES = (".ome.tif", ".ome.tiff")

TILE = 1024
"""Side of the tiles that are images of a training."""

_CACHE_BYTES = 2**26
_TISSUE = 0.05
"""Part of a tile that must be coloured, so that it is no empty glass."""
_COLOURED = 20
"""Difference of the channels, of 255, above which a pixel is coloured."""


class SlideFile:
    """A pyramid in a TIFF file (SVS, NDPI, SCN, BIF, OME-TIFF).

    Only what is asked for is decoded, and a few tiles of the file are kept.
    Reading is safe from several threads. Compressed files need imagecodecs.

    Args:
        path: Path of the file.

    Raises:
        ValueError: If it is no pyramid that can be read so.
        OSError: If it cannot be opened.
    """

    def __init__(self, path):
        self.path = path
        self.files = [path]
        self._lock = threading.Lock()
        self._cache = collections.OrderedDict()
        self._tiff = tifffile.TiffFile(path)
        if not self._tiff.series:
            raise ValueError("a TIFF without images")
        self._pages = [level.pages[0] for level in self._tiff.series[0].levels]
        for page, level in zip(self._pages, self._tiff.series[0].levels):
            _check_page(page, level)

    @property
    def levels(self):
        """Number of resolutions; level 0 is the finest."""
        return len(self._pages)

    @property
    def dtype(self):
        """Name of the type of the pixels."""
        return self._pages[0].dtype.name

    @property
    def microns(self):
        """Micrometres a pixel of level 0, or `None` where it is unknown."""
        return _microns(self._tiff)

    def shape(self, level=0):
        """Returns height, width and channels of a level."""
        page = self._page(level)
        channels = 3 if page.samplesperpixel >= 3 else 1
        return page.imagelength, page.imagewidth, channels

    def scale(self, level):
        """How many pixels of level 0 a pixel of a level is wide."""
        return self.shape(0)[1] / self.shape(level)[1]

    def read(self, level, top, left, bottom, right):
        """Reads a rectangle of a level.

        Args:
            level: int.
            top: int. First row.
            left: int. First column.
            bottom: int. Row behind the last one, inside the level.
            right: int. Column behind the last one.

        Returns:
            Array `(rows, columns, channels)`.

        Raises:
            ValueError: If a part of the file cannot be decoded.
        """
        page = self._page(level)
        channels = self.shape(level)[2]
        region = np.empty((bottom - top, right - left, channels), page.dtype)
        height, width = _segment_size(page)
        for row in range(top // height, -(-bottom // height)):
            for column in range(left // width, -(-right // width)):
                segment = self._segment(level, row, column)
                first = row * height, column * width
                rows, columns = (
                    slice(max(low, start), min(high, start + size))
                    for low, high, start, size in (
                        (top, bottom, first[0], segment.shape[0]),
                        (left, right, first[1], segment.shape[1]),
                    )
                )
                region[
                    rows.start - top : rows.stop - top,
                    columns.start - left : columns.stop - left,
                ] = segment[
                    rows.start - first[0] : rows.stop - first[0],
                    columns.start - first[1] : columns.stop - first[1],
                    :channels,
                ]
        return region

    def tiles(self, level=0, side=TILE):
        """Returns the tiles of a level that show tissue, as images.

        Empty glass is left out: colour slides are looked at in their coarsest
        level. The last tiles of rows and columns end with the slide.

        Args:
            level: int. Defaults to `0`.
            side: int. Side of the tiles. Defaults to `1024`.

        Returns:
            List of `SlideTile`.

        Raises:
            ValueError: If the slide has no such level.
        """
        height, width, channels = self.shape(level)
        size = min(side, height), min(side, width)
        tiles = [
            SlideTile(self, level, top, left, *size)
            for top in _starts(height, side)
            for left in _starts(width, side)
        ]
        if channels != 3 or self.dtype != "uint8":
            return tiles
        last = self.levels - 1
        rows, columns, _ = self.shape(last)
        if last == level or rows * columns > 2**26:
            return tiles
        small = self.read(last, 0, 0, rows, columns).astype("int16")
        coloured = small.max(axis=-1) - small.min(axis=-1) > _COLOURED
        scale = self.scale(last) / self.scale(level)
        return [
            tile for tile in tiles if tile.share_of(coloured, scale) > _TISSUE
        ]

    def _page(self, level):
        if not 0 <= level < self.levels:
            raise ValueError(
                f"there is no level {level} in a slide of {self.levels}, "
                "counted from 0"
            )
        return self._pages[level]

    def _segment(self, level, row, column):
        """A stored tile or strip, decoded, `(rows, columns, samples)`."""
        page = self._pages[level]
        width = _segment_size(page)[1]
        index = row * -(-page.imagewidth // width) + column
        with self._lock:
            if (level, index) in self._cache:
                self._cache.move_to_end((level, index))
                return self._cache[level, index]
            segment = self._decoded(page, index)
            self._cache[level, index] = segment
            while (
                len(self._cache) > 1
                and sum(s.nbytes for s in self._cache.values()) > _CACHE_BYTES
            ):
                self._cache.popitem(last=False)
        return segment

    def _decoded(self, page, index):
        handle = self._tiff.filehandle
        count = page.databytecounts[index]
        data = None
        if count:  # What was left out, as scanners do, is empty.
            handle.seek(page.dataoffsets[index])
            data = handle.read(count)
            if len(data) < count:
                raise ValueError(f"truncated: tile {index} is not in the file")
        try:
            segment, _, shape = page.decode(
                data,
                index,
                jpegtables=page.jpegtables,
                jpegheader=page.jpegheader,
            )
        except Exception as error:
            reason = " ".join(str(error).split())
            raise ValueError(
                f"tile {index} cannot be decoded ({reason}); compressed "
                "slides need imagecodecs: pip install 'semst-tf[tiff]'"
            ) from error
        if segment is None:
            size = *_segment_size(page), page.samplesperpixel
            return np.full(size, page.nodata, page.dtype)
        segment = segment[0]
        return segment[: shape[1], : shape[2]] if page.is_tiled else segment


@dataclasses.dataclass(frozen=True)
class SlideTile(PartOfFile):
    """A tile of a slide: an image of a training.

    Args:
        slide: `SlideFile`.
        level: int.
        top: int. First row.
        left: int. First column.
        height: int.
        width: int.
    """

    slide: SlideFile
    level: int
    top: int
    left: int
    height: int
    width: int

    @property
    def path(self):
        """Path of the slide."""
        return self.slide.path

    @property
    def key(self):
        """Name below the name of the slide."""
        return f"tile_{self.top:06}_{self.left:06}"

    @property
    def label(self):
        """What it is called beside the path of its slide."""
        return f"level {self.level}, tile at {self.top},{self.left}"

    def header(self):
        """See `PartOfFile`."""
        channels = self.slide.shape(self.level)[2]
        check_pixels(self.height, self.width)
        return ImageHeader(self.height, self.width, channels, self.slide.dtype)

    def image(self):
        """See `PartOfFile`."""
        bottom, right = self.top + self.height, self.left + self.width
        return DecodedImage(
            self.slide.read(self.level, self.top, self.left, bottom, right)
        )

    def share_of(self, mask, scale):
        """The share of a mask of the whole slide inside this tile.

        Args:
            mask: bool array, of a coarser resolution.
            scale: float. Pixels of this level to one of the mask.
        """
        rows, columns = (
            slice(int(start / scale), max(int((start + size) / scale), 1))
            for start, size in (
                (self.top, self.height),
                (self.left, self.width),
            )
        )
        part = mask[rows, columns]
        return float(part.mean()) if part.size else 1.0


def is_slide(path):
    """Whether a file is a slide: by its suffix; of OME-TIFF, if a pyramid."""
    name = str(path).lower()
    if name.endswith(SUFFIXES):
        return True
    if not name.endswith(OME_SUFFIXES):
        return False
    try:
        with tifffile.TiffFile(path) as tiff:
            return bool(tiff.series) and len(tiff.series[0].levels) > 1
    except Exception:
        return False  # Read as any TIFF, it says what is wrong with it.


def without_slide_suffix(name):
    """The name of a slide without `.svs`, `.ome.tif` and the like."""
    for suffix in (*OME_SUFFIXES, *SUFFIXES):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


def _check_page(page, level):
    if page.dtype is None or page.dtype.name not in DTYPES:
        raise ValueError(f"a slide of {page.dtype}; save it as uint8")
    if (
        len(level.pages) != 1
        or page.samplesperpixel not in (1, 3, 4)
        or page.planarconfig != 1
        or page.imagedepth != 1
    ):
        raise ValueError(
            "a slide has one plane, grey or RGB; this one has "
            f"{len(level.pages)} of {page.samplesperpixel} samples"
        )
    # What has to be decoded at once.
    check_pixels(*_segment_size(page))


def _segment_size(page):
    if page.is_tiled:
        return page.tilelength, page.tilewidth
    return min(page.rowsperstrip, page.imagelength), page.imagewidth


def _starts(size, side):
    """Where tiles begin; the last one ends with the slide."""
    return sorted({min(s, max(size - side, 0)) for s in range(0, size, side)})


def _microns(tiff):
    page = tiff.pages[0]
    found = re.search(r"MPP\s*=\s*([\d.]+)", page.description or "")
    if found:
        return float(found[1])
    if tiff.ome_metadata:
        found = re.search(r'PhysicalSizeX="([\d.eE+-]+)"', tiff.ome_metadata)
        unit = re.search(r'PhysicalSizeXUnit="([^"]+)"', tiff.ome_metadata)
        if found and (unit is None or unit[1] in ("µm", "&#181;m", "um")):
            return float(found[1])
    return None
