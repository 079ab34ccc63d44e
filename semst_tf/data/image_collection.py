"""The images of one domain."""

import dataclasses
import threading

import numpy as np

from semst_tf.data.channels import check_channels
from semst_tf.data.channels import convert_channels
from semst_tf.data.channels import converted_channels
from semst_tf.data.file_source import FileSource
from semst_tf.data.halves import HALVES
from semst_tf.data.halves import split_half
from semst_tf.data.halves import take_half
from semst_tf.data.image_files import decode_image
from semst_tf.data.image_files import read_header
from semst_tf.data.resize import filter_of
from semst_tf.data.resize import resize_image
from semst_tf.data.resize import resized_shape
from semst_tf.data.tfds_source import TFDSSource
from semst_tf.data.value_range import parse_value_range
from semst_tf.data.value_range import to_unit_range


class ImageCollection:
    """The images of one domain, in a fixed order, decoded on demand.

    An image is read, halved (side-by-side files), resized and brought to one
    channel count, in this order, and then kept in memory while there is room.
    Nothing random happens here, so the memory can't freeze an augmentation.
    Reading is safe from several threads. TensorFlow is not imported, except
    for `tfds:` sets and 16-bit colour PNG.

    Args:
        images: A folder (searched with its subfolders), a list of files, or
            `"tfds:<name>[/<config>][@<split>][#<feature>]"`. A folder may end
            in `@left` or `@right`, which sets `half`.
        half: `"left"`, `"right"` or `None`: the half of side-by-side files
            that is this domain (of an odd width, the middle column is
            dropped). Defaults to `None`, the whole image.
        resize: `None`, int (new width, height follows), `(height, width)` or
            a string: `"512"`, `"256x512"` (height x width), `"short:286"`
            (shorter side). Defaults to `None`.
        resize_filter: `"bicubic"`, `"lanczos"`, `"bilinear"`, `"area"` or
            `"nearest"`; anti-aliased. Defaults to `"bicubic"`.
        channels: `"auto"` (1 for grey, 3 for colour, as stored for NPY) or
            int: grey is repeated to RGB, RGB becomes grey by luminance.
            Alpha is always dropped. Defaults to `"auto"`.
        value_range: Pair `(low, high)` of the stored values that stand for
            black and white, also as text `"low,high"`; values outside become
            its ends. Defaults to `None`: the full range of uint8 or uint16;
            other types need it.
        cache_bytes: int. Memory for decoded images, in bytes; once it is
            full, the other images are decoded every time. Defaults to 0.
        default_split: str. Split of a `tfds:` set that names none. Defaults
            to `"train"`.
        data_dir: Folder of prepared `tfds:` sets. Defaults to `None`.
        slice_plane: str. What volumes (NIfTI files, DICOM series) are cut
            along: `"axial"`, `"coronal"` or `"sagittal"`; each slice is an
            image of one channel. Defaults to `"axial"`.
        slide_level: int. Level of whole slides, of which each tile with
            tissue is an image; 0 is the finest. Defaults to 0.

    Raises:
        OSError: If a folder is missing or can't be listed.
        ValueError: If an argument is not one of the above.

    Example:

    ```python
    photos = ImageCollection("maps/train@left", resize=512)
    photos.load(0).shape  # (512, 512, 3)
    ```
    """

    def __init__(
        self,
        images,
        half=None,
        resize=None,
        resize_filter="bicubic",
        channels="auto",
        value_range=None,
        cache_bytes=0,
        default_split="train",
        data_dir=None,
        slice_plane="axial",
        slide_level=0,
    ):
        images, half = split_half(images, half)
        if half not in (None, *HALVES):
            raise ValueError(
                "`half` must be 'left', 'right' or None. "
                f"Received: half={half!r}"
            )
        resized_shape(1, 1, resize)
        filter_of(resize_filter)
        check_channels(channels)
        self.half = half
        self.resize = resize
        self.resize_filter = resize_filter
        self.requested_channels = channels
        self.value_range = parse_value_range(value_range)
        self.cache_bytes = cache_bytes
        self.slice_plane = slice_plane
        self.slide_level = slide_level
        if isinstance(images, str) and images.startswith("tfds:"):
            self._source = TFDSSource(images, default_split, data_dir)
        else:
            self._source = FileSource(images, slice_plane, slide_level)
        self._indices = range(len(self._source))
        self._reset_memory()

    def _reset_memory(self):
        self._cache = {}
        self._free_bytes = self.cache_bytes
        self._first_channels = None
        self._lock = threading.Lock()

    def __len__(self):
        return len(self._indices)

    @property
    def description(self):
        """One line that says where the images come from."""
        half = f"@{self.half}" if self.half else ""
        return self._source.description + half

    @property
    def channels(self):
        """Channel count of every image of this collection, as loaded."""
        if self._first_channels is None:
            self._first_channels = self.header(0).channels
        return self._first_channels

    @property
    def options(self):
        """What is done to a stored image, as a dict of plain values."""
        options = {
            "half": self.half,
            "resize": self.resize,
            "resize_filter": self.resize_filter,
            "channels": self.requested_channels,
            "value_range": self.value_range,
        }
        if self.volumes:  # Of other images nothing depends on it.
            options["slice_plane"] = self.slice_plane
        if self.slides:
            options["slide_level"] = self.slide_level
        return options

    @property
    def paths(self):
        """Paths of the images; empty where they are not files."""
        if not self._source.paths:
            return []
        return [self._source.paths[stored] for stored in self._indices]

    @property
    def ignored(self):
        """Names of images of the folder that cannot be read here."""
        return self._source.ignored

    @property
    def volumes(self):
        """List of the `Volume`s of which slices are images here."""
        return getattr(self._source, "volumes", [])

    @property
    def slides(self):
        """List of the `SlideFile`s of which tiles are images here."""
        return getattr(self._source, "slides", [])

    @property
    def left_out(self):
        """Dict from reason to the number of folders that were not searched."""
        return getattr(self._source, "left_out", {})

    def name(self, index):
        """Name of an image: its path, or the set and number."""
        return self._source.name(self._indices[index])

    def relative_name(self, index):
        """Name of an image below the folder, by which files are paired."""
        return self._source.relative_name(self._indices[index])

    @property
    def relative_names(self):
        """List of the names by which files are paired."""
        return [self.relative_name(index) for index in range(len(self))]

    def stored_shape(self, index):
        """Height and width of an image before it is resized."""
        stored = read_header(self.open(index))
        width = stored.width // 2 if self.half else stored.width
        return stored.height, width

    def open(self, index):
        """The stored file: a path or a binary file object."""
        return self._source.open(self._indices[index])

    def identity(self):
        """Equal for two collections of the very same images."""
        return self._source.identity(), self.half

    def without(self, indices):
        """Returns this collection less some images, with empty memory."""
        dropped = set(indices)
        return self.ordered(
            [index for index in range(len(self)) if index not in dropped]
        )

    def ordered(self, indices, cache_bytes=None):
        """Returns some images in the given order, with empty memory.

        Args:
            indices: List of int. Positions in this collection.
            cache_bytes: int. Memory for decoded images, or `None` for that
                of this collection.

        Returns:
            An `ImageCollection`.
        """
        kept = object.__new__(ImageCollection)
        kept.__dict__.update(self.__dict__)
        kept._indices = [self._indices[index] for index in indices]
        if cache_bytes is not None:
            kept.cache_bytes = cache_bytes
        kept._reset_memory()
        return kept

    def header(self, index):
        """Size, channels and dtype that `load` will give, without decoding.

        Args:
            index: int. Position of the image.

        Returns:
            An `ImageHeader`.

        Raises:
            OSError, ValueError: If the image can't be read or converted.
        """
        stored = read_header(self.open(index))
        width = stored.width // 2 if self.half else stored.width
        if width == 0:
            raise ValueError(f"{self.name(index)} is too narrow to be halved")
        height, width = resized_shape(stored.height, width, self.resize)
        channels = converted_channels(stored.channels, self.requested_channels)
        if channels is None:
            raise ValueError(
                f"{self.name(index)} has {stored.channels} channels, which "
                f"can't become {self.requested_channels}"
            )
        return dataclasses.replace(
            stored, height=height, width=width, channels=channels
        )

    def load(self, index):
        """Reads one image, from memory where it is kept there.

        Args:
            index: int. Position of the image.

        Returns:
            A read-only array `(height, width, channels)` in the dtype of the
            file, see `read_image`.

        Raises:
            OSError, ValueError: If the image can't be read or converted, or
                has another channel count than the first one.
        """
        return self.load_with_nodata(index)[0]

    def load_with_nodata(self, index):
        """Like `load`, and which pixels hold no data.

        Args:
            index: int. Position of the image.

        Returns:
            The array that `load` returns, and a bool array `(height, width)`
            that is `True` where a GeoTIFF is empty, or `None`.

        Raises:
            OSError, ValueError: As `load`.
        """
        kept = self._cache.get(index)
        if kept is not None:
            return kept
        image, nodata = self.decode_with_nodata(index)
        if image.shape[-1] != self.channels:
            raise ValueError(
                f"{self.name(index)} has {image.shape[-1]} channels but "
                f"{self.name(0)} has {self.channels}. All images of a "
                "domain need the same number: pass channels=3 or channels=1"
            )
        image.setflags(write=False)
        needed = image.nbytes + (0 if nodata is None else nodata.nbytes)
        with self._lock:
            if index not in self._cache and needed <= self._free_bytes:
                self._cache[index] = image, nodata
                self._free_bytes -= needed
        return image, nodata

    def to_unit_range(self, image):
        """Maps (a crop of) a loaded image to float32 in [-1, 1]."""
        return to_unit_range(image, self.value_range, clip=True)

    def decode(self, index):
        """Like `load`, but not remembered nor compared with the others."""
        return self.decode_with_nodata(index)[0]

    def decode_with_nodata(self, index):
        """Like `load_with_nodata`, but as `decode`."""
        decoded = decode_image(self.open(index))
        image = take_half(decoded.pixels, self.half)
        size = resized_shape(*image.shape[:2], self.resize)
        image = resize_image(image, size, self.resize_filter)
        image = convert_channels(image, self.requested_channels)
        nodata = decoded.nodata
        if nodata is not None:
            nodata = take_half(nodata[..., None], self.half)
            # What an empty pixel has any part in counts as empty.
            part = resize_image(nodata.astype("float32"), size, "bilinear")
            nodata = part[..., 0] > 0
        # A view would keep the other half, or Pillow's buffer, alive.
        return np.array(image, order="C"), nodata
