"""The rows of a loss record."""

import json
import pathlib


def read_history(path):
    """Reads the rows that a `LossRecord` wrote.

    Args:
        path: Path of the file, which need not exist.

    Returns:
        List of dicts.
    """
    path = pathlib.Path(path)
    if not path.exists():
        return []
    return json.loads(path.read_text())["history"]
