"""Exports appear whole or not at all, and replace nothing unasked."""

import contextlib
import os
import pathlib
import shutil
import tempfile

_GLOB_CHARACTERS = frozenset("*?[]\\{}")


def check_free(path, overwrite):
    """Refuses to replace what is there.

    Raises:
        ValueError: If `path` exists and `overwrite` is false.
    """
    path = pathlib.Path(path)
    if path.exists() and not overwrite:
        raise ValueError(
            "There is something at this place already; choose another one, "
            f"or overwrite it. Received: {path}"
        )
    if (
        path.exists()
        and path.is_dir()
        and not (path / "saved_model.pb").exists()
    ):
        raise ValueError(
            "Only an export can be overwritten, and this folder is none. "
            f"Received: {path}"
        )


@contextlib.contextmanager
def folder_in_place(path):
    """Gives a folder to write into, and moves it into place afterwards.

    A server that watches the parent folder never sees half an export.

    Args:
        path: `pathlib.Path` of the folder that is wanted. What is there is
            replaced, but only once writing has succeeded.

    Yields:
        `pathlib.Path` of an empty folder beside it.
    """
    unfinished = path.with_name(f".unfinished-{os.getpid()}-{path.name}")
    unfinished.mkdir(parents=True)
    try:
        yield unfinished
        if path.exists():
            shutil.rmtree(path)
        os.replace(unfinished, path)
    finally:
        shutil.rmtree(unfinished, ignore_errors=True)


def has_glob_characters(path):
    """Whether TensorFlow would take a path for a glob."""
    return bool(_GLOB_CHARACTERS & set(str(path)))


@contextlib.contextmanager
def literal_path(folder):
    """Gives a path to a folder that TensorFlow does not take for a glob.

    Restoring variables, TensorFlow looks for files that match the path:
    `street [1]` finds what lies in `street 1`, or nothing.

    Args:
        folder: Path of an existing folder.

    Yields:
        `pathlib.Path`: the folder itself, or a link to it in a temporary
        folder.
    """
    folder = pathlib.Path(folder)
    if not has_glob_characters(folder):
        yield folder
        return
    with tempfile.TemporaryDirectory() as temporary:
        link = pathlib.Path(temporary) / "export"
        try:
            link.symlink_to(folder.resolve(), target_is_directory=True)
        except OSError:
            # Windows lets few people make links.
            shutil.copytree(folder, link)
        yield link
