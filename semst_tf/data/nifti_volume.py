"""NIfTI volumes: read slice by slice, and written with their header."""

import gzip
import io
import os
import pathlib

import numpy as np

from semst_tf.data.volume import HOW_TO_READ
from semst_tf.data.volume import Volume
from semst_tf.data.volume import voxel_dtype

SUFFIXES = (".nii", ".nii.gz")

DESCRIPTION = b"synthetic: translated by semst_tf"
"""What the header of a translation says, in place of the scanner's words."""


def is_nifti(path):
    """Whether the name of a file is that of a NIfTI volume."""
    return str(path).lower().endswith(SUFFIXES)


def without_nifti_suffix(name):
    """The name of a volume without `.nii` or `.nii.gz`."""
    for suffix in reversed(SUFFIXES):
        if name.lower().endswith(suffix):
            return name[: -len(suffix)]
    return name


class NiftiVolume(Volume):
    """A volume in a NIfTI file, `.nii` or `.nii.gz`, through `nibabel`.

    Stored integers stay integers, unless the header scales them; everything
    else becomes float32. Of an uncompressed file one slice is read at a time;
    a compressed one has to be read from its start.

    Args:
        path: Path of the file.

    Raises:
        ValueError: If `nibabel` is missing, or it is no volume of three
            dimensions, or damaged.
        OSError: If it cannot be opened.
    """

    def __init__(self, path):
        self.is_compressed = str(path).lower().endswith(".gz")
        image = _opened(path)
        shape = image.shape
        while len(shape) > 3 and shape[-1] == 1:
            shape = shape[:-1]
        if len(shape) != 3:
            raise ValueError(
                f"a NIfTI of shape {tuple(map(int, image.shape))}; a volume "
                "has three dimensions, so save one volume a file"
            )
        if image.get_data_dtype().fields:
            raise ValueError("a NIfTI of colours; a volume has one channel")
        array = image.dataobj
        dtype = voxel_dtype(array.dtype, array.slope, array.inter)
        self._needed = array.offset + array.dtype.itemsize * int(
            np.prod(image.shape, dtype=object)
        )
        if not self.is_compressed and os.path.getsize(path) < self._needed:
            raise ValueError(
                f"truncated: {os.path.getsize(path)} of {self._needed} bytes"
            )
        super().__init__(path, [path], shape, dtype, image.affine)

    def read(self):
        """See `Volume`."""
        return self._converted(_opened(self.path).dataobj, ())

    def stored_slice(self, index):
        """See `Volume`."""
        if self.is_compressed:
            return super().stored_slice(index)
        return self._converted(_opened(self.path).dataobj, index)

    def may_be_truncated(self):
        """See `Volume`; compares the length that the file itself states."""
        if not self.is_compressed:
            return False
        with open(self.path, "rb") as file:
            file.seek(-4, io.SEEK_END)
            stated = int.from_bytes(file.read(), "little")
        return stated != self._needed % 2**32

    def _converted(self, array, index):
        # Four dimensions of which the last is 1 are three.
        extra = len(array.shape) - 3
        index = (index or (slice(None),) * 3) + (0,) * extra
        try:
            # Integers stay where the header scales nothing.
            values = array[index]
        except (EOFError, gzip.BadGzipFile) as error:
            raise ValueError(f"truncated or damaged: {error}") from error
        with np.errstate(over="ignore"):  # Infinity is refused later.
            return np.array(values).astype(self.dtype, copy=False)


def write_nifti(path, voxels, affine, like=None):
    """Writes a volume, with the header of another one.

    Orientation, units and voxel sizes are those of `like`; type and scaling
    are those of the voxels, and the description says that it is synthetic.

    Args:
        path: Path that ends in `.nii` or `.nii.gz`.
        voxels: Array `(i, j, k)`.
        affine: Array `(4, 4)`.
        like: Path of a NIfTI file, or `None`.

    Raises:
        ValueError: If `nibabel` is missing.
    """
    nibabel = _nibabel()
    header = None
    kind = nibabel.Nifti1Image
    if like is not None:
        image = _opened(like)
        kind, header = type(image), image.header.copy()
    written = kind(voxels, affine, header)
    written.header.set_data_dtype(voxels.dtype)
    written.header.set_slope_inter(1, 0)
    # The window for looking was that of the other modality.
    written.header["cal_min"] = written.header["cal_max"] = 0
    written.header["descrip"] = DESCRIPTION
    if like is None:
        written.header.set_xyzt_units("mm")
    written.to_filename(path)


def _opened(path):
    nibabel = _nibabel()
    try:
        image = nibabel.load(pathlib.Path(path), mmap=False)
    except nibabel.filebasedimages.ImageFileError as error:
        raise ValueError(f"not a NIfTI volume ({error})") from error
    except (EOFError, gzip.BadGzipFile) as error:
        raise ValueError(f"truncated or damaged: {error}") from error
    if not isinstance(image, nibabel.Nifti1Image):
        raise ValueError(f"not NIfTI, but {type(image).__name__}")
    return image


def _nibabel():
    try:
        import nibabel
    except ImportError as error:
        raise ValueError(f"a NIfTI volume; {HOW_TO_READ}") from error
    return nibabel
