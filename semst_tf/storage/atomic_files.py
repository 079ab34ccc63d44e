"""Files that are either whole or not there."""

import contextlib
import hashlib
import json
import os
import pathlib

_UNFINISHED = ".unfinished-"
_LONG_NAME = 200
"""Bytes of a name; with what is put before it, 255 is the usual limit."""


@contextlib.contextmanager
def replacing(path):
    """Gives a name to write to, and moves the file into place afterwards.

    The new file is on the disk before it takes the place of the old one, so
    that one of them is whole at any moment, also when the power fails.

    Args:
        path: Path of the file that is wanted. If writing fails, what was
            there before stays as it was.

    Yields:
        `pathlib.Path` in the same folder, with the same suffix.
    """
    path = pathlib.Path(path)
    unfinished = path.with_name(_unfinished_name(path))
    try:
        yield unfinished
        _flush(unfinished)
        os.replace(unfinished, path)
        _flush(path.parent)
    except OSError as error:
        if error.errno is not None and error.filename is None:
            error.filename = os.fspath(path)  # A full disk names no file.
        raise
    finally:
        unfinished.unlink(missing_ok=True)


def remove_unfinished(folder):
    """Removes what a process that was killed had not finished writing.

    Args:
        folder: Path, which need not exist. No other process may be writing
            there.
    """
    for path in pathlib.Path(folder).glob(f"{_UNFINISHED}*"):
        path.unlink()


def write_json(path, value):
    """Writes a value as indented JSON, wholly or not at all.

    Args:
        path: Path of the file.
        value: What `json.dumps` can write.
    """
    with replacing(path) as unfinished:
        unfinished.write_text(json.dumps(value, indent=2) + "\n")


def _unfinished_name(path):
    """A hidden name of the same suffix that file systems take."""
    name = path.name
    if len(os.fsencode(name)) > _LONG_NAME:
        digest = hashlib.sha256(os.fsencode(name)).hexdigest()
        name = f"{digest}{path.suffix}"
    return f"{_UNFINISHED}{os.getpid()}-{name}"


def _flush(path):
    """Waits until a file, or the names in a folder, are on the disk."""
    if os.name != "posix":
        return  # Elsewhere a folder cannot be opened.
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
