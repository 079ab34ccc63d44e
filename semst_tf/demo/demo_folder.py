"""Where a demo is written: nothing but an earlier demo is replaced.

Imports nothing of the package: the command line reads this file by itself,
before Keras is loaded.
"""

import json
import os
import pathlib

DESCRIPTION = "demo.json"
"""File that makes a folder a demo, and lists what belongs to it."""


def check_demo_folder(folder):
    """Refuses folders that hold something else than a demo.

    Args:
        folder: Path, which need not exist.

    Raises:
        ValueError: If it is a file, or a folder that is neither empty nor a
            demo.
    """
    folder = pathlib.Path(folder)
    if folder.exists() and not folder.is_dir():
        raise ValueError(f"A demo is a folder. Received: {folder}")
    if not folder.is_dir() or not any(folder.iterdir()):
        return
    if _listed(folder) is None:
        raise ValueError(
            "A demo is written into a new or an empty folder, or over an "
            "earlier demo, and this folder holds something else. "
            f"Received: {folder}"
        )


def move_into_place(unfinished, folder):
    """Moves a finished demo into its folder.

    Files of an earlier demo that are not part of the new one are removed;
    what else lies in the folder (`.git`, `CNAME`) stays. The description
    comes first: a folder where this was interrupted is a demo, and can be
    written once more.

    Args:
        unfinished: Path of the folder with the new files, on the same disk.
        folder: Path of the folder that is wanted; made if it is missing.
    """
    unfinished, folder = pathlib.Path(unfinished), pathlib.Path(folder)
    new = [
        path.relative_to(unfinished).as_posix()
        for path in unfinished.rglob("*")
        if path.is_file()
    ]
    if not folder.exists():
        os.replace(unfinished, folder)
        return
    earlier = _listed(folder) or []
    for name in sorted(new, key=lambda name: name != DESCRIPTION):
        (folder / name).parent.mkdir(parents=True, exist_ok=True)
        os.replace(unfinished / name, folder / name)
    for name in set(earlier) - set(new):
        (folder / name).unlink(missing_ok=True)


def _listed(folder):
    """Names of the files of the demo in a folder, or `None` if none is."""
    try:
        described = json.loads((folder / DESCRIPTION).read_text("utf-8"))
        files = described["files"]
        described["semst_tf"]
    except (OSError, ValueError, KeyError, TypeError):
        return None
    inside = folder.resolve()
    # A description is a file that anybody may have edited.
    return [
        name
        for name in files
        if isinstance(name, str)
        and (folder / name).resolve().is_relative_to(inside)
    ]
