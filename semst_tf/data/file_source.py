"""Image files of a folder, or a list of them."""

import collections
import os
import stat
from pathlib import Path

import tifffile

from semst_tf.data.dicom_series import DicomSeries
from semst_tf.data.dicom_series import find_series
from semst_tf.data.dicom_series import is_dicom
from semst_tf.data.heif_files import AVIF_SUFFIXES
from semst_tf.data.heif_files import HEIF_SUFFIXES
from semst_tf.data.ignored_files import OTHER_SUFFIXES
from semst_tf.data.ignored_files import is_ignored
from semst_tf.data.image_files import SUFFIXES
from semst_tf.data.image_files import UnreadableImageError
from semst_tf.data.image_files import printable
from semst_tf.data.left_out_folders import split_folders
from semst_tf.data.nifti_volume import NiftiVolume
from semst_tf.data.nifti_volume import is_nifti
from semst_tf.data.nifti_volume import without_nifti_suffix
from semst_tf.data.slice_planes import PLANES
from semst_tf.data.slide_file import SUFFIXES as SLIDE_SUFFIXES
from semst_tf.data.slide_file import SlideFile
from semst_tf.data.slide_file import is_slide
from semst_tf.data.slide_file import without_slide_suffix


class FileSource:
    """The image files of a folder, or a list of files, in a fixed order.

    A folder is searched with all its subfolders, links to folders included
    (each real folder once). Files are taken by suffix (PNG, JPEG, WebP, BMP,
    GIF, TIFF, NPY, and HEIC and AVIF where they can be read; upper or lower
    case) and sorted by path; hidden ones (a leading dot) and what is not a
    regular file are left out. `ignored` names the images that cannot be read
    here: of HEIC and AVIF, and of formats that nothing here reads. Folders
    that hold no images of the set are not searched: hidden ones, those that
    systems make, and run directories; `left_out` counts them.

    A NIfTI file and a DICOM series (the files of one series in one folder)
    are volumes: each of their slices is an image of one channel. Of whole
    slides (SVS, NDPI, SCN, BIF, and OME-TIFF that is a pyramid) each tile
    that shows tissue is one.

    Args:
        files: A folder, one file, or a list or tuple of files.
        plane: str. What volumes are cut along: `"axial"`, `"coronal"` or
            `"sagittal"`. Defaults to `"axial"`.
        level: int. Level of slides, 0 is the finest. Defaults to `0`.

    Raises:
        OSError: If a folder is missing or can't be listed.
        UnreadableImageError: If a volume or slide can't be read, or lacks
            slices.
        ValueError: If `files` is none of these.
    """

    def __init__(self, files, plane="axial", level=0):
        if plane not in PLANES:
            raise ValueError(
                f"A plane of slices is one of {', '.join(PLANES)}. "
                f"Received: {plane!r}"
            )
        self.ignored = []
        self.left_out = collections.Counter()
        if isinstance(files, (list, tuple)):
            self.paths = [Path(path) for path in files]
            self.description = f"a list of {len(self.paths)} files"
            self._roots = self.paths
            self._common = _common_folder(self.paths)
        elif isinstance(files, (str, os.PathLike)) and os.fspath(files):
            root = Path(files).expanduser()
            root.stat()  # A missing folder is told apart from an empty one.
            if root.is_dir():
                found, self.left_out = _image_files(root)
                self.paths = [path for path in found if not is_ignored(path)]
                self.ignored = [
                    printable(path) for path in found if is_ignored(path)
                ]
            else:  # What was named is not passed over.
                self.paths = [root]
            self.description = printable(root)
            self._roots = [root]
            self._common = os.path.abspath(
                root if root.is_dir() else root.parent
            )
        else:
            raise ValueError(
                "Images come from a folder, a list of files or a "
                f"'tfds:...' name. Received: {files!r}"
            )
        self._images = self.paths
        self.volumes = []
        self.slides = []
        self._cut(plane, level)

    @property
    def others(self):
        """Number of images that are neither slices nor tiles."""
        return sum(p is image for p, image in zip(self.paths, self._images))

    def __len__(self):
        return len(self.paths)

    def name(self, index):
        """Printable name of an image."""
        return printable(self._images[index])

    def relative_name(self, index):
        """Path of an image below the folder, with `/` between folders.

        Of a list of files, below the folder that they have in common. Slices
        count as files in a folder with the name of their volume.
        """
        image = self._images[index]
        if image is self.paths[index]:
            return self._below_common(image)
        name = self._below_common(image.path)
        name = without_slide_suffix(without_nifti_suffix(name))
        return f"{name}/{image.key}".removeprefix("./")

    def open(self, index):
        """What `read_image` takes: a path, or a `PartOfFile`."""
        return self._images[index]

    def _below_common(self, path):
        return Path(os.path.abspath(path)).relative_to(self._common).as_posix()

    def _cut(self, plane, level):
        """Puts slices in the place of volumes, and tiles in that of slides."""
        self.volumes = list(_volumes(self.paths))
        self.slides = [
            _read(SlideFile, path, path)
            for path in self.paths
            if is_slide(path)
        ]
        parts = [(v, v.slices(plane)) for v in self.volumes]
        parts += [
            (slide, _read(slide.tiles, slide.path, level))
            for slide in self.slides
        ]
        if not parts:
            return
        cut = {path for whole, _ in parts for path in whole.files}
        images = [(p, p, p) for p in self.paths if p not in cut]
        for whole, pieces in parts:
            images += [
                # Whose size and beginning stand for what the piece shows.
                (whole.path, whole.files[number % len(whole.files)], piece)
                for number, piece in enumerate(pieces)
            ]
        images.sort(key=lambda image: image[0])
        self.paths = [path for _, path, _ in images]
        self._images = [image for _, _, image in images]

    def identity(self):
        """Equal for two sources that are the very same folder or list."""
        return tuple(os.path.realpath(path) for path in self._roots)


def _image_files(root):
    found = []
    left_out = collections.Counter()
    visited = set()
    walk = os.walk(root, followlinks=True, onerror=_raise)
    for folder, subfolders, names in walk:
        status = os.stat(folder)
        if (status.st_dev, status.st_ino) in visited:
            subfolders.clear()  # A link back to a parent would never end.
            continue
        visited.add((status.st_dev, status.st_ino))
        subfolders[:], others = split_folders(folder, subfolders)
        left_out += others
        paths = (Path(folder, name) for name in names)
        found.extend(path for path in paths if _is_image(path))
    return sorted(found), left_out


def _volumes(paths):
    """Yields the volumes among files."""
    in_folders = collections.defaultdict(list)
    for path in paths:
        if is_nifti(path):
            yield _read(NiftiVolume, path, path)
        elif _is_regular(path) and is_dicom(path):
            in_folders[path.parent].append(path)
    for folder, files in in_folders.items():
        series = _read(find_series, folder, files)
        for number, found in enumerate(series.values()):
            # Several series of a folder have names of their own.
            part = f"series_{number}" if len(series) > 1 else ""
            yield _read(DicomSeries, folder, found, folder, part)


def _read(make, path, *arguments):
    """Names the volume in what goes wrong."""
    try:
        return make(*arguments)
    except UnreadableImageError:
        raise
    except (ValueError, tifffile.TiffFileError) as error:
        raise UnreadableImageError(
            f"Can't read {printable(path)}: {error}"
        ) from error


def _common_folder(paths):
    folders = [os.path.abspath(path.parent) for path in paths]
    return os.path.commonpath(folders) if folders else ""


def _is_image(path):
    known = (*SUFFIXES, *HEIF_SUFFIXES, *AVIF_SUFFIXES, *SLIDE_SUFFIXES)
    known += OTHER_SUFFIXES
    if path.name.startswith("."):
        return False
    if path.suffix.lower() not in known and not is_nifti(path):
        return _is_regular(path) and is_dicom(path)
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True  # A dangling link: listed, so that the check names it.


def _is_regular(path):
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return False


def _raise(error):
    raise error
