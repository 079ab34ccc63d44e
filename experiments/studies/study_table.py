"""The small table of a study: a line a run, in JSON Lines."""

import json
import pathlib
import re

from semst_tf.config.preset_configs import preset_config
from semst_tf.config.semst_config import SemSTConfig
from semst_tf.metrics.all_scores import SCORES
from semst_tf.storage.atomic_files import replacing

EXACT_LABELS = "exact_labels"
"""File of scores with labels that are no predictions of a segmenter."""

_OWN_KEYS = ("preset", "seed", "training.steps")
"""Fields of a configuration that a row has under a name of their own."""


def read_rows(path):
    """Reads a table.

    Args:
        path: Path of the file.

    Returns:
        List of dicts, in the order of the file.

    Raises:
        ValueError: If there is no such file, or it is no table.
    """
    path = pathlib.Path(path)
    if not path.is_file():
        raise ValueError(f"There is no such table. Received: {path}")
    try:
        rows = [json.loads(line) for line in path.read_text().splitlines()]
    except ValueError as error:
        raise ValueError(f"This is no table. Received: {path}") from error
    if not all(isinstance(row, dict) for row in rows):
        raise ValueError(f"This is no table. Received: {path}")
    return rows


def write_rows(path, rows):
    """Writes a table; the file is whole or as it was."""
    lines = [json.dumps(row, ensure_ascii=False) + "\n" for row in rows]
    with replacing(pathlib.Path(path)) as unfinished:
        unfinished.write_text("".join(lines), encoding="utf-8")


def joined(rows, new, key=lambda row: row["id"]):
    """Rows of both, in their order; a new one takes the place of its like."""
    found = {key(row): row for row in rows}
    return list((found | {key(row): row for row in new}).values())


def add_rows(path, new):
    """Adds rows to a table, which need not be there yet."""
    before = read_rows(path) if pathlib.Path(path).exists() else []
    write_rows(path, joined(before, new))


def spread(numbers, text):
    """The mean, and from the lowest to the highest if there are several.

    Args:
        numbers: List of float.
        text: Function that writes one of them.
    """
    if not numbers:
        return ""
    mean = text(sum(numbers) / len(numbers))
    if len(numbers) == 1:
        return mean
    return f"{mean} ({text(min(numbers))} to {text(max(numbers))})"


def collected(root):
    """Rows of every run below a folder.

    Args:
        root: Path. A run is a folder with a `scores.json` as `evaluate.py`
            writes it; its path below `root` is the id of its row.

    Returns:
        List of dicts, see `run_row`.

    Raises:
        ValueError: If there is no run.
    """
    root = pathlib.Path(root)
    folders = sorted(path.parent for path in root.rglob("scores.json"))
    if not folders:
        raise ValueError(f"There is no scores.json. Received: {root}")
    return [run_row(folder, root) for folder in folders]


def run_row(folder, root):
    """What a table keeps of a run: no curves, no paths, no defaults.

    Args:
        folder: Path of the run.
        root: Path that ids begin at.

    Returns:
        Dict: `"id"`; of a training `"preset"`, `"set"` (the fields in which
        its configuration differs from the preset), `"seed"`, `"steps"`,
        `"dtype"` and `"seconds"`; `"strength"` and `"fusion"` if they were
        chosen for the scores; `"images"`, the groups of scores, and
        `"flips"`, the largest three.
    """
    files = {
        path.stem: json.loads(path.read_text())
        for path in sorted(folder.glob("*.json"))
    }
    scores = files["scores"]
    settings = scores.get("settings", {})
    row = {"id": folder.relative_to(root).as_posix()}
    if "config" in files:
        row |= _training(files["config"], files.get("metrics", {}))
    row |= {
        name: settings[name]
        for name in ("strength", "fusion")
        if name in settings
    }
    # What versions before 0.2 called it.
    images = scores.get("images", scores.get("pictures"))
    row |= {} if images is None else {"images": images}
    row |= _scores(scores)
    flips = scores.get("consistency", {}).get("flips", [])[:3]
    if flips:
        row["flips"] = [
            [flip["from"], flip["to"], _rounded(flip["share"])]
            for flip in flips
        ]
    exact = {
        name: _scores(values).get("consistency", {})
        for name, values in files.items()
        if name.startswith(EXACT_LABELS)
    }
    return row | exact


def row_and_seed(name):
    """Splits the id of a run.

    Returns:
        Pair of the id of its row, which runs that differ in the seed alone
        share, and whether it has a seed.
    """
    row, _, last = name.rpartition("/")
    seeded = re.fullmatch(r"seed\d+", last) is not None
    return (row, True) if seeded and row else (name, False)


def differences(config):
    """The fields in which a configuration differs from its preset.

    Args:
        config: `SemSTConfig`.

    Returns:
        Dict from field to value, as `--set` of `train.py` takes them, without
        preset, seed and steps.
    """
    preset = _fields(preset_config(config.preset).to_dict())
    return {
        name: value
        for name, value in _fields(config.to_dict()).items()
        if name not in _OWN_KEYS and preset[name] != value
    }


def _training(record, metrics):
    config = SemSTConfig.from_dict(record["config"])
    row = {
        "preset": config.preset,
        "set": differences(config),
        "seed": config.seed,
        "steps": config.training.steps,
        "dtype": record.get("dtype", "float32"),
    }
    if "steps" in metrics:
        row["steps"] = metrics["steps"]
    if "seconds" in metrics:
        row["seconds"] = round(metrics["seconds"])
    return row


def _scores(groups):
    found = {}
    for score in SCORES:
        values = groups.get(score.group) or {}
        for key in (score.key, score.error_key):
            if values.get(key) is not None:
                place = found.setdefault(score.group, {})
                place[key] = _rounded(values[key])
    return found


def _rounded(value):
    return float(f"{value:.7g}")


def _fields(tree, prefix=""):
    found = {}
    for name, value in tree.items():
        if isinstance(value, dict):
            found |= _fields(value, f"{prefix}{name}.")
        else:
            found[f"{prefix}{name}"] = value
    return found
