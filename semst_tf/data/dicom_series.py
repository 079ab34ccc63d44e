"""Series of DICOM files as volumes."""

import collections
import os
import warnings

import numpy as np

from semst_tf.data.volume import HOW_TO_READ
from semst_tf.data.volume import Volume
from semst_tf.data.volume import voxel_dtype

SUFFIXES = (".dcm", ".dicom", ".ima")

_MAGIC_AT = 128
_MAGIC = b"DICM"
_UNEVEN = 0.1
"""Part of the usual distance by which distances of slices may differ."""

_TAGS = (
    "SeriesInstanceUID",
    "ImagePositionPatient",
    "ImageOrientationPatient",
    "PixelSpacing",
    "SliceThickness",
    "Rows",
    "Columns",
    "SamplesPerPixel",
    "NumberOfFrames",
    "BitsAllocated",
    "BitsStored",
    "PixelRepresentation",
    "RescaleSlope",
    "RescaleIntercept",
)


def is_dicom(path):
    """Whether a file is DICOM: by its suffix, or without one by its content.

    Args:
        path: Path of a regular file.

    Returns:
        bool.
    """
    name = os.path.basename(path).lower()
    suffix = os.path.splitext(name)[1]
    if suffix in SUFFIXES:
        return True
    # Archives name files by numbers with dots between, or without a suffix.
    if (suffix and not suffix[1:].isdecimal()) or name == "dicomdir":
        return False
    try:
        with open(path, "rb") as file:
            file.seek(_MAGIC_AT)
            return file.read(len(_MAGIC)) == _MAGIC
    except OSError:
        return False


def find_series(paths):
    """Sorts DICOM files into series.

    Args:
        paths: List of paths, of one folder.

    Returns:
        Dict from the UID of a series to the list of its paths.

    Raises:
        ValueError: If `pydicom` is missing, or a file is no DICOM. The
            message begins with what is wrong and ends with the path.
    """
    series = collections.defaultdict(list)
    for path in paths:
        found = _headers(path)
        series[str(found.get("SeriesInstanceUID", ""))].append(path)
    return dict(series)


class DicomSeries(Volume):
    """The slices of one DICOM series, in the order of their positions.

    Values are those that the files' rescale slope and intercept give, of CT
    Hounsfield units.

    Args:
        paths: List of paths of its files, in any order.
        path: Path of the folder.
        part: str. Name of one of several series in the folder, or `""`.

    Raises:
        ValueError: If `pydicom` is missing, or the files are not one volume:
            shapes or directions differ, a slice is missing or there twice.
        OSError: If a file cannot be opened.
    """

    def __init__(self, paths, path, part=""):
        headers = {found: _headers(found) for found in paths}
        first = headers[paths[0]]
        for found, header in headers.items():
            _check_kind(found, header)
            _check_alike(paths[0], first, found, header)
        ordered, step = _in_order(paths, headers)
        dtype = np.result_type(
            *(_dtype(header) for header in headers.values())
        ).name
        shape = (int(first.Columns), int(first.Rows), len(paths))
        affine = _affine(headers[ordered[0]], step)
        if dtype == "float64":
            dtype = "float32"
        super().__init__(path, ordered, shape, dtype, affine, part)

    def read(self):
        """See `Volume`."""
        return np.stack([self._values(path) for path in self.files], axis=-1)

    def stored_slice(self, index):
        """See `Volume`; reads one file where one is enough."""
        *_, number = index
        if isinstance(number, slice):
            return super().stored_slice(index)
        return self._values(self.files[number])

    def _values(self, path):
        """The values of one file, `(columns, rows)`."""
        pydicom = _pydicom()
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")  # Of values that are not used.
            try:
                file = pydicom.dcmread(path, force=True)
                stored = file.pixel_array
            except OSError:
                raise
            except Exception as error:
                # Of what damaged files raise, pydicom has many kinds.
                reason = " ".join(str(error).split())
                raise ValueError(f"{_name(path)}: {reason}") from error
        slope, intercept = _rescale(file)
        if np.dtype(self.dtype).kind == "f":
            values = stored * slope + intercept
        else:
            values = stored.astype("int64") + int(intercept)
            limits = np.iinfo(self.dtype)
            if values.min() < limits.min or values.max() > limits.max:
                raise ValueError(
                    f"{_name(path)}: values from {values.min()} to "
                    f"{values.max()} need more bits than its header states"
                )
        return values.astype(self.dtype).T


def _headers(path):
    pydicom = _pydicom()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        try:
            header = pydicom.dcmread(
                path,
                stop_before_pixels=True,
                specific_tags=list(_TAGS),
                force=True,
            )
            found = "Rows" in header and "Columns" in header
        except OSError:
            raise
        except Exception as error:
            raise ValueError(f"{_name(path)}: {error}") from error
    if not found:
        raise ValueError(f"not a DICOM image: {_name(path)}")
    return header


def _check_kind(path, header):
    if int(header.get("NumberOfFrames", 1) or 1) > 1:
        raise ValueError(
            "a DICOM file of several frames (enhanced); convert it to NIfTI, "
            f"for instance with dcm2niix: {_name(path)}"
        )
    if int(header.get("SamplesPerPixel", 1)) != 1:
        raise ValueError(f"DICOM in colour is no volume: {_name(path)}")


def _check_alike(first_path, first, path, header):
    size, other = ((h.Rows, h.Columns) for h in (first, header))
    if size != other:
        raise ValueError(
            "the slices of a series have different shapes: "
            f"{size[0]}x{size[1]} in {_name(first_path)} and "
            f"{other[0]}x{other[1]} in {_name(path)}"
        )
    for name in ("ImageOrientationPatient", "PixelSpacing"):
        values = [h.get(name) for h in (first, header)]
        if (values[0] is None) != (values[1] is None) or (
            values[0] is not None
            and not np.allclose(*map(_numbers, values), atol=1e-3)
        ):
            raise ValueError(
                f"the slices of a series differ in {name}: "
                f"{_name(first_path)} and {_name(path)}; put one volume into "
                "a series"
            )


def _in_order(paths, headers):
    """Paths sorted by position, and the step from one to the next."""
    first = headers[paths[0]]
    normal = _normal(first)
    if len(paths) == 1:
        return paths, normal * float(first.get("SliceThickness") or 1)
    positions = []
    for path in paths:
        position = headers[path].get("ImagePositionPatient")
        if position is None:
            raise ValueError(
                "slices without ImagePositionPatient have no order: "
                f"{_name(path)}"
            )
        if len(position) != 3:
            raise ValueError(
                f"ImagePositionPatient has {len(position)} numbers and not 3: "
                f"{_name(path)}"
            )
        positions.append(_numbers(position))
    along = np.array(positions) @ normal
    order = np.argsort(along, kind="stable")
    paths = [paths[place] for place in order]
    positions = np.array(positions)[order]
    distances = np.diff(along[order])
    usual = float(np.median(distances))
    if distances.min() < 1e-4:
        place = int(distances.argmin())
        raise ValueError(
            "two slices of a series are at the same place (several times or "
            "echoes in one series?): "
            f"{_name(paths[place])} and {_name(paths[place + 1])}"
        )
    worst = int(np.abs(distances - usual).argmax())
    if abs(distances[worst] - usual) > _UNEVEN * usual:
        what = "slices are missing" if distances[worst] > usual else "uneven"
        raise ValueError(
            f"{what}: {distances[worst]:.3g} mm between {_name(paths[worst])} "
            f"and {_name(paths[worst + 1])}, {usual:.3g} mm elsewhere"
        )
    return paths, (positions[-1] - positions[0]) / (len(paths) - 1)


def _affine(first, step):
    """From voxels (column, row, slice) to right, front, up."""
    rows, columns = _directions(first)
    spacing = _numbers(first.get("PixelSpacing") or (1, 1))
    affine = np.eye(4)
    # Along a row the column grows, and that spacing comes second.
    affine[:3, 0] = rows * spacing[1]
    affine[:3, 1] = columns * spacing[0]
    affine[:3, 2] = step
    affine[:3, 3] = _numbers(first.get("ImagePositionPatient") or (0, 0, 0))
    affine[:2] *= -1  # DICOM grows to the left and to the back.
    return affine


def _directions(header):
    stated = header.get("ImageOrientationPatient") or (1, 0, 0, 0, 1, 0)
    values = _numbers(stated)
    return values[:3], values[3:]


def _normal(header):
    return np.cross(*_directions(header))


def _dtype(header):
    slope, intercept = _rescale(header)
    # Bits that are stored, so that 12-bit CT stays int16.
    bits = int(header.get("BitsStored") or header.get("BitsAllocated") or 16)
    signed = bool(header.get("PixelRepresentation", 0))
    if bits <= 8:
        stored = "int8" if signed else "uint8"
    elif bits < 16 and slope == 1 and abs(intercept) < 2**14:
        return "int16" if intercept == round(intercept) else "float32"
    else:
        stored = "int16" if signed else "uint16"
    return voxel_dtype(stored if bits <= 16 else "int32", slope, intercept)


def _rescale(header):
    return (
        float(header.get("RescaleSlope", 1) or 1),
        float(header.get("RescaleIntercept", 0) or 0),
    )


def _numbers(values):
    return np.array([float(value) for value in values])


def _name(path):
    return os.path.basename(path)


def _pydicom():
    try:
        import pydicom
    except ImportError as error:
        raise ValueError(f"a DICOM file; {HOW_TO_READ}") from error
    return pydicom
