"""Images of a folder that cannot be read here, so that they are named."""

from semst_tf.data.heif_files import AVIF_SUFFIXES
from semst_tf.data.heif_files import HEIF_SUFFIXES
from semst_tf.data.heif_files import HOW_TO_READ
from semst_tf.data.heif_files import heif_suffixes

OTHER_SUFFIXES = (
    *(".jp2", ".j2k", ".jpx", ".jxl", ".jxr"),
    *(".ppm", ".pgm", ".pbm", ".pnm", ".pfm"),
    *(".tga", ".psd", ".pcx", ".dds", ".exr", ".hdr"),
    *(".dng", ".cr2", ".cr3", ".nef", ".arw", ".raf", ".orf", ".rw2"),
)
"""Endings of image files of formats that nothing here reads."""


def is_ignored(path):
    """Whether a file is an image that cannot be read here, by its name.

    Args:
        path: `pathlib.Path`.
    """
    suffix = path.suffix.lower()
    if suffix in OTHER_SUFFIXES:
        return True
    known = suffix in (*HEIF_SUFFIXES, *AVIF_SUFFIXES)
    return known and suffix not in heif_suffixes()


def describe_ignored(names):
    """Says which files are left out, and what to do.

    Args:
        names: List of str, the files for which `is_ignored` is true.

    Returns:
        str; empty if there are none.

    Example:

    >>> describe_ignored(["photos/a.ppm"])
    '1 files such as photos/a.ppm are left out; convert them to PNG or TIFF'
    """
    others = [n for n in names if n.lower().endswith(OTHER_SUFFIXES)]
    phones = [n for n in names if n not in others]
    parts = [(phones, HOW_TO_READ)]
    parts.append((others, "convert them to PNG or TIFF"))
    return "; ".join(
        f"{len(some)} files such as {some[0]} are left out; {remedy}"
        for some, remedy in parts
        if some
    )
