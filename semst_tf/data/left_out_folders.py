"""Folders inside a set of images that hold no images of it."""

import collections
import pathlib

_OF_SYSTEMS = ("@eaDir", "__MACOSX", "#recycle", "$RECYCLE.BIN")
_OF_RUNS = ("checkpoints", "tensorboard", "model.keras")

_MARK = ".translations"

RUN_DIRECTORY = "run directory"
TRANSLATIONS = "translations"
HIDDEN = "hidden"


def reason_to_leave_out(folder):
    """Says why a folder that was found among images is not searched.

    Args:
        folder: Path of an existing folder, not the one that was asked for.

    Returns:
        `"hidden"` (its name begins with a dot, such as `.thumbnails`), the
        name of a folder that systems make (`"@eaDir"`, `"__MACOSX"`, ...),
        `"run directory"` (of `train.py`: samples are no images),
        `"translations"` (see `mark_as_translations`), or `None`.
    """
    folder = pathlib.Path(folder)
    if folder.name.startswith("."):
        return HIDDEN
    if folder.name in _OF_SYSTEMS:
        return folder.name
    if (folder / _MARK).is_file():
        return TRANSLATIONS
    return RUN_DIRECTORY if is_run_directory(folder) else None


def mark_as_translations(folder):
    """Says of a new folder among images that it holds their translations.

    It gets a hidden file, by which whoever searches the images leaves it out.
    A folder that holds anything already stays as it is.

    Args:
        folder: Path; made where it is missing.
    """
    folder = pathlib.Path(folder)
    folder.mkdir(parents=True, exist_ok=True)
    if not any(folder.iterdir()):
        (folder / _MARK).touch()


def is_run_directory(folder):
    """Whether a folder is one that a training writes into.

    Args:
        folder: Path.

    Returns:
        bool. `True` if it holds `config.json` and what a training leaves
        beside it.
    """
    folder = pathlib.Path(folder)
    return (folder / "config.json").is_file() and any(
        (folder / name).exists() for name in _OF_RUNS
    )


def split_folders(parent, names):
    """Sorts folders into those to search and those to leave out.

    Args:
        parent: Path of the folder that they are in.
        names: Iterable of their names.

    Returns:
        List of the names to search, sorted, and a `collections.Counter` of
        the reasons why the others are left out.
    """
    kept, left_out = [], collections.Counter()
    for name in sorted(names):
        reason = reason_to_leave_out(pathlib.Path(parent, name))
        if reason is None:
            kept.append(name)
        else:
            left_out[reason] += 1
    return kept, left_out


def describe_left_out(left_out):
    """Says in a few words which folders were left out.

    Args:
        left_out: Dict from reason to the number of folders.

    Returns:
        str, such as `"3 folders left out (2 @eaDir, 1 run directory)"`; empty
        if there are none.

    Example:

    >>> describe_left_out({"@eaDir": 2})
    '2 folders left out (2 @eaDir)'
    """
    count = sum(left_out.values())
    if not count:
        return ""
    parts = ", ".join(f"{n} {name}" for name, n in sorted(left_out.items()))
    folders = "folder" if count == 1 else "folders"
    return f"{count} {folders} left out ({parts})"
