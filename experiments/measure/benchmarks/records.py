"""The file of all figures: what is measured again takes the old place."""

import json
import os
import pathlib
import platform

from semst_tf.storage.atomic_files import write_json

_FEATURES = ("avx2", "avx512f", "avx512_bf16", "amx_bf16")


def read_rows(path):
    """Returns the rows of a file of figures; none if there is no file."""
    path = pathlib.Path(path)
    return json.loads(path.read_text())["rows"] if path.exists() else []


def write_rows(path, rows):
    """Adds rows to a file of figures.

    A row is a dict of `part`, `settings` and `figures`. Rows of the same part
    and settings that the file holds are replaced, others stay.

    Args:
        path: Path of the file, in a folder that exists.
        rows: List of dicts.

    Returns:
        All rows of the file.
    """
    merged = {_key(row): row for row in [*read_rows(path), *rows]}
    rows = list(merged.values())
    write_json(path, {"machine": machine(), "rows": rows})
    return rows


def machine():
    """Describes the machine by its kind, without any name."""
    import keras
    import tensorflow as tf

    information = pathlib.Path("/proc/cpuinfo")
    known = information.read_text().split() if information.exists() else []
    return {
        "architecture": platform.machine(),
        "processors": os.cpu_count(),
        "features": [name for name in _FEATURES if name in known],
        "gpus": len(tf.config.list_physical_devices("GPU")),
        "tensorflow": tf.__version__,
        "keras": keras.__version__,
    }


def _key(row):
    return json.dumps([row["part"], row["settings"]], sort_keys=True)
