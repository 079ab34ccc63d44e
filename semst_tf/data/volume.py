"""What volumes of all formats have: slices that are images."""

import collections
import dataclasses
import threading

import numpy as np

from semst_tf.data.decoded_image import DTYPES
from semst_tf.data.decoded_image import DecodedImage
from semst_tf.data.decoded_image import ImageHeader
from semst_tf.data.part_of_file import PartOfFile
from semst_tf.data.pixel_limit import check_pixels
from semst_tf.data.slice_planes import SlicePlane

HOW_TO_READ = "pip install 'semst-tf[medical]' to read NIfTI and DICOM"

DECODED_BYTES = 2**30
"""Memory for the voxels of volumes that can only be read as a whole."""

_decoded = collections.OrderedDict()
_lock = threading.Lock()


class Volume:
    """A stack of slices in one file or one series; its formats derive from it.

    Nothing but the header is read before a slice is. What has to be read as a
    whole (compressed files) is kept while there is room (`DECODED_BYTES`, the
    volumes used last).

    Args:
        path: Path of the file, or of the folder of the series.
        files: List of the paths of its files.
        shape: Tuple of three ints, of the stored voxels.
        dtype: str. One of `semst_tf.data.decoded_image.DTYPES`.
        affine: Array `(4, 4)` from voxels to millimetres, see `SlicePlane`.
        part: str. Name of one of several volumes at this path. Defaults to
            `""`.
    """

    def __init__(self, path, files, shape, dtype, affine, part=""):
        self.path = path
        self.files = list(files)
        self.part = part
        self.shape = tuple(int(size) for size in shape)
        self.dtype = dtype
        self.affine = np.asarray(affine, "float64")
        if 0 in self.shape:
            raise ValueError(f"a volume without voxels {self.shape}")
        SlicePlane(self.affine)  # Slices that lie nowhere are refused now.
        if dtype not in DTYPES:
            raise ValueError(
                f"a volume of {dtype}; save it as int16 or float32"
            )

    def slices(self, plane="axial"):
        """Returns the slices, from below, from behind or from the left.

        Args:
            plane: str. One of `semst_tf.data.slice_planes.PLANES`.

        Returns:
            List of `VolumeSlice`.
        """
        count = SlicePlane(self.affine, plane).size(self.shape)[0]
        return [VolumeSlice(self, plane, number) for number in range(count)]

    def voxels(self):
        """Reads all voxels `(i, j, k)`, as stored; kept for the next call."""
        with _lock:
            if self in _decoded:
                _decoded.move_to_end(self)
                return _decoded[self]
        voxels = self.read()
        voxels.setflags(write=False)
        with _lock:
            _decoded[self] = voxels
            while (
                len(_decoded) > 1
                and sum(v.nbytes for v in _decoded.values()) > DECODED_BYTES
            ):
                _decoded.popitem(last=False)
        return voxels

    def stored_slice(self, index):
        """Reads the voxels of an index, as `SlicePlane.stored_index` gives."""
        return self.voxels()[index]

    def may_be_truncated(self):
        """Tells cheaply whether the end may be missing; only a suspicion."""
        return False

    def read(self):
        """Reads all voxels `(i, j, k)` in `dtype`; of each format its own."""
        raise NotImplementedError


@dataclasses.dataclass(frozen=True)
class VolumeSlice(PartOfFile):
    """One slice of a volume: an image of one channel.

    Args:
        volume: `Volume`.
        plane: str. One of `semst_tf.data.slice_planes.PLANES`.
        number: int. From 0.
    """

    volume: Volume
    plane: str
    number: int

    @property
    def path(self):
        """Path of the volume."""
        return self.volume.path

    @property
    def key(self):
        """Name below the name of the volume."""
        name = f"slice_{self.number:04}"
        return f"{self.volume.part}/{name}" if self.volume.part else name

    @property
    def label(self):
        """What it is called beside the path of its volume."""
        part = f"{self.volume.part}, " if self.volume.part else ""
        return f"{part}{self.plane} slice {self.number}"

    def header(self):
        """See `PartOfFile`."""
        plane = SlicePlane(self.volume.affine, self.plane)
        _, height, width = plane.size(self.volume.shape)
        check_pixels(height, width)
        return ImageHeader(height, width, 1, self.volume.dtype)

    def image(self):
        """See `PartOfFile`: `(height, width, 1)`."""
        plane = SlicePlane(self.volume.affine, self.plane)
        index = plane.stored_index(self.number, self.volume.shape)
        pixels = plane.upright(self.volume.stored_slice(index))
        return DecodedImage(np.ascontiguousarray(pixels)[..., None])

    def may_be_truncated(self):
        """See `PartOfFile`."""
        return self.volume.may_be_truncated()


def voxel_dtype(stored, slope=1.0, intercept=0.0):
    """Returns the smallest dtype that keeps stored values once scaled.

    Args:
        stored: NumPy dtype of the file.
        slope: float. What stored values are multiplied by.
        intercept: float. What is added to them.

    Returns:
        str; `"float32"` where values need not be integers.
    """
    stored = np.dtype(stored)
    if stored.kind not in "iub":
        return "float32" if stored.kind == "f" else stored.name
    if slope != 1 or intercept != round(intercept):
        return "float32"
    if not intercept and stored.name in DTYPES:
        return stored.name
    limits = (0, 1) if stored.kind == "b" else _limits(stored)
    low, high = (int(limit) + int(intercept) for limit in limits)
    for name in ("uint8", "int16", "uint16", "int32"):
        smallest, largest = _limits(name)
        if smallest <= low and high <= largest:
            return name
    return "float32"


def _limits(dtype):
    limits = np.iinfo(dtype)
    return int(limits.min), int(limits.max)
