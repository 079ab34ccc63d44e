"""Files that are either whole or not there."""

import contextlib
import json
import os
import pathlib


@contextlib.contextmanager
def replacing(path):
    """Gives a name to write to, and moves the file into place afterwards.

    Args:
        path: Path of the file that is wanted. If writing fails, what was
            there before stays as it was.

    Yields:
        `pathlib.Path` in the same folder, with the same suffix.
    """
    path = pathlib.Path(path)
    unfinished = path.with_name(f".unfinished-{os.getpid()}-{path.name}")
    try:
        yield unfinished
        os.replace(unfinished, path)
    finally:
        unfinished.unlink(missing_ok=True)


def write_json(path, value):
    """Writes a value as indented JSON, wholly or not at all.

    Args:
        path: Path of the file.
        value: What `json.dumps` can write.
    """
    with replacing(path) as unfinished:
        unfinished.write_text(json.dumps(value, indent=2) + "\n")
