"""Image files of a folder, or a list of them."""

import collections
import os
import stat
from pathlib import Path

from semst_tf.data.heif_files import AVIF_SUFFIXES
from semst_tf.data.heif_files import HEIF_SUFFIXES
from semst_tf.data.heif_files import heif_suffixes
from semst_tf.data.image_files import SUFFIXES
from semst_tf.data.image_files import printable
from semst_tf.data.left_out_folders import split_folders


class FileSource:
    """The image files of a folder, or a list of files, in a fixed order.

    A folder is searched with all its subfolders, links to folders included
    (each real folder once). Files are taken by suffix (PNG, JPEG, WebP, BMP,
    GIF, TIFF, NPY, and HEIC and AVIF where they can be read; upper or lower
    case) and sorted by path; hidden ones (a leading dot) and what is not a
    regular file are left out. `ignored` names the HEIC and AVIF files that
    cannot be read here. Folders that hold no images of the set are not
    searched: hidden ones, those that systems make, and run directories;
    `left_out` counts them.

    Args:
        files: A folder, one file, or a list or tuple of files.

    Raises:
        OSError: If a folder is missing or can't be listed.
        ValueError: If `files` is none of these.
    """

    def __init__(self, files):
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
                self.paths = [path for path in found if not _is_ignored(path)]
                self.ignored = [
                    printable(path) for path in found if _is_ignored(path)
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

    def __len__(self):
        return len(self.paths)

    def name(self, index):
        """Printable name of an image."""
        return printable(self.paths[index])

    def relative_name(self, index):
        """Path of an image below the folder, with `/` between folders.

        Of a list of files, below the folder that they have in common.
        """
        path = Path(os.path.abspath(self.paths[index]))
        return path.relative_to(self._common).as_posix()

    def open(self, index):
        """What `read_image` takes: here, the path."""
        return self.paths[index]

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


def _common_folder(paths):
    folders = [os.path.abspath(path.parent) for path in paths]
    return os.path.commonpath(folders) if folders else ""


def _is_ignored(path):
    suffix = path.suffix.lower()
    return suffix not in SUFFIXES and suffix not in heif_suffixes()


def _is_image(path):
    known = (*SUFFIXES, *HEIF_SUFFIXES, *AVIF_SUFFIXES)
    if path.name.startswith(".") or path.suffix.lower() not in known:
        return False
    try:
        return stat.S_ISREG(path.stat().st_mode)
    except OSError:
        return True  # A dangling link: listed, so that the check names it.


def _raise(error):
    raise error
