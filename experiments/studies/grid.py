"""A grid of trainings at one budget, each trained and scored by commands."""

import dataclasses
import json
import os
import pathlib
import time

import study_table

from semst_tf.storage.atomic_files import write_json

REFERENCES = ("untranslated", "real_photos")
"""Rows of a table that need no training: its floor and its ceiling."""

_IMAGES = ("source", "target", "labels", "truth")
_LINKS = "links:"


@dataclasses.dataclass(frozen=True)
class Cell:
    """One training and its scores, or the scores of a reference.

    Args:
        name: str. `"<task>/<method>/seed<number>"` or `"<task>/<reference>"`,
            also its folder.
        training: Dict of flags of `train.py` to values; `None` for a
            reference.
        evaluations: Dict from the name of a file of scores to a dict of flags
            of `evaluate.py`.
    """

    name: str
    training: dict | None
    evaluations: dict

    def description(self):
        """What defines it, as plain values."""
        return {"training": self.training, "evaluations": self.evaluations}


class Ablation:
    """The cells of a grid file.

    The file is JSON. `"tasks"` say which images to train on and how to
    score, `"methods"` which preset and fields to train with, `"training"`
    what all trainings share, and `"grid"` which methods meet which tasks and
    seeds, in which order. Paths are below the folder of the data. Images
    that are a part of a folder, or whose names do not match those of their
    labels, are reached as `"links:<name>"`, a folder of links that a task
    declares: all files of a `"pattern"`, `"without"` a part of their names,
    or those of a `"folder"` whose `"names"` are in a text file beside the
    grid. What a training may read beside its images, a task has among its
    `"places"`, by the fields of the configuration; a method says which of
    them it `"reads"`.

    Args:
        path: Path of the file.
        data_root: Path of the folder of the data.
        workdir: Path of the folder for runs and links.
        changes: Dict of what to change in `"training"`: `"steps"`,
            `"dtype"`, and `"set"`, a dict of fields; and `"limit"`, how many
            images are scored. Defaults to `None`.

    Raises:
        ValueError: If the file is no grid, or names something that it does
            not define.

    Example:

    ```python
    ablation = Ablation("grid.json", data_root="data", workdir="runs/grid")
    ablation.make_links()
    failed = sweep(ablation.cells(), ablation.workdir, commands)
    ```
    """

    def __init__(self, path, data_root, workdir, changes=None):
        self.path = pathlib.Path(path)
        self.data_root = pathlib.Path(data_root)
        self.workdir = pathlib.Path(workdir)
        self._grid = _read_grid(self.path)
        self._training = _merged(self._grid["training"], changes or {})

    def cells(self):
        """Returns the list of all `Cell`, in the order of the grid."""
        cells = {}
        for block in self._grid["grid"]:
            for seed in block.get("seeds", [None]):
                for task in block["tasks"]:
                    for method in block["methods"]:
                        cell = self._cell(task, method, seed)
                        cells[cell.name] = cell
        return list(cells.values())

    def _cell(self, name, method, seed):
        task = _named(self._grid["tasks"], name, "task")
        if method in REFERENCES:
            own = "evaluations" if method == "untranslated" else method
            return Cell(f"{name}/{method}", None, self._scored(name, task[own]))
        method_settings = _named(self._grid["methods"], method, "method")
        settings = _merged(self._training, {"set": task.get("set", {})})
        read = {
            field: self._place(name, _named(task["places"], field, "place"))
            for field in method_settings.get("reads", ())
        }
        settings = _merged(settings, {"set": read})
        settings = _merged(settings, method_settings)
        training = {
            "preset": settings["preset"],
            "source": self._place(name, task["source"]),
            "target": self._place(name, task["target"]),
            "steps": settings["steps"],
            "seed": seed or 0,
            "dtype": settings["dtype"],
            "set": settings["set"],
        }
        return Cell(
            f"{name}/{method}/seed{seed or 0}",
            training,
            self._scored(name, task["evaluations"]),
        )

    def _scored(self, task, evaluations):
        limit = self._training.get("limit")
        limited = {} if limit is None else {"limit": limit}
        return {
            file: {
                flag: self._place(task, value) if flag in _IMAGES else value
                for flag, value in {**flags, **limited}.items()
            }
            for file, flags in evaluations.items()
        }

    def _place(self, task, images):
        if images.startswith(_LINKS):
            name = images.removeprefix(_LINKS)
            _named(
                self._grid["tasks"][task].get("links", {}),
                name.partition("@")[0],
                "folder of links",
            )
            return str(self.workdir / "links" / task / name)
        return str(self.data_root / images)

    def make_links(self):
        """Makes the folders of links; those that exist are made anew.

        Raises:
            ValueError: If a file that should be linked is missing.
        """
        for name, task in self._grid["tasks"].items():
            for folder, rule in task.get("links", {}).items():
                place = self.workdir / "links" / name / folder
                _replace_links(place, self._linked_files(rule))

    def _linked_files(self, rule):
        """Returns a dict from the name of a link to its file."""
        if "pattern" in rule:
            removed = rule.get("without", "")
            paths = sorted(self.data_root.glob(rule["pattern"]))
            files = {
                path.stem.removesuffix(removed) + path.suffix: path
                for path in paths
            }
        else:
            names = (self.path.parent / rule["names"]).read_text().split("\n")
            folder = self.data_root / rule["folder"]
            files = {name: folder / name for name in names if name}
        missing = [path for path in files.values() if not path.is_file()]
        if missing or not files:
            raise ValueError(
                "The data lacks images that the grid needs. Received: "
                f"{missing[0] if missing else rule['pattern']}"
            )
        return files


def sweep(cells, workdir, commands, run_command):
    """Trains and scores cells; finished ones are skipped.

    A cell is finished when its `cell.json`, which is written last, says what
    the cell says now. One that failed does not stop the others. Prints where
    it stands.

    Args:
        cells: List of `Cell`.
        workdir: Path. The folder of a cell is below it.
        commands: Function from a cell and its folder to a list of commands,
            each a list of str.
        run_command: Function that runs a command with its output appended to
            a file, and returns the exit code.

    Returns:
        List of the names of the cells that failed.
    """
    failed, seconds = [], []
    for place, cell in enumerate(cells):
        folder = pathlib.Path(workdir) / cell.name
        head = f"[{place + 1}/{len(cells)}] {cell.name}"
        if is_finished(cell, folder):
            print(f"{head}: finished before", flush=True)
            continue
        print(f"{head}: begins, see {folder / 'log.txt'}", flush=True)
        start = time.monotonic()
        folder.mkdir(parents=True, exist_ok=True)
        code = _run_all(commands(cell, folder), folder, run_command)
        if code:
            failed.append(cell.name)
            print(f"{head}: failed with exit code {code}", flush=True)
            print(f"    {_last_line(folder / 'log.txt')}", flush=True)
            continue
        write_json(folder / "cell.json", cell.description())
        seconds.append(time.monotonic() - start)
        print(f"{head}: {_time_left(seconds, cells[place + 1 :])}", flush=True)
    return failed


def is_finished(cell, folder):
    """Tells whether a folder holds the scores of just this cell.

    Args:
        cell: `Cell`.
        folder: Path, which need not exist.

    Returns:
        bool.
    """
    path = pathlib.Path(folder) / "cell.json"
    if not path.exists():
        return False
    # As the file has it: without tuples, and numbers as JSON has them.
    now = json.loads(json.dumps(cell.description()))
    return json.loads(path.read_text()) == now


def publish(cells, workdir, table):
    """Adds finished cells to the small table of a study.

    Args:
        cells: List of `Cell`.
        workdir: Path of the cells' folders.
        table: Path of the table, see `study_table`; made if it is missing.

    Returns:
        int, the number of cells that were added.
    """
    workdir, table = pathlib.Path(workdir), pathlib.Path(table)
    folders = [workdir / cell.name for cell in cells]
    new = [
        study_table.run_row(folder, workdir)
        for cell, folder in zip(cells, folders)
        if is_finished(cell, folder)
    ]
    before = study_table.read_rows(table) if table.exists() else []
    study_table.write_rows(table, study_table.joined(before, new))
    return len(new)


def _run_all(commands, folder, run_command):
    """Returns the exit code of the first command that fails, or 0."""
    for command in commands:
        code = run_command(command, folder / "log.txt")
        if code:
            return code
    return 0


def _time_left(seconds, rest):
    minutes = sum(seconds) / len(seconds) * len(rest) / 60
    done = f"done in {seconds[-1] / 60:.1f} min"
    return f"{done}; at most about {minutes:.0f} min for the other {len(rest)}"


def _last_line(path):
    lines = (
        path.read_text(errors="replace").split("\n") if path.exists() else []
    )
    return next((line for line in reversed(lines) if line.strip()), "no output")


def _replace_links(folder, files):
    folder.mkdir(parents=True, exist_ok=True)
    for old in folder.iterdir():
        if old.name not in files:
            old.unlink()
    for name, path in files.items():
        link = folder / name
        target = os.path.abspath(path)
        if link.is_symlink() and os.readlink(link) == target:
            continue
        link.unlink(missing_ok=True)
        link.symlink_to(target)


def _read_grid(path):
    try:
        grid = json.loads(path.read_text())
    except ValueError as error:
        raise ValueError(
            f"This file is not JSON: {error}. Received: {path}"
        ) from error
    needed = ("training", "tasks", "methods", "grid")
    if not isinstance(grid, dict) or not set(needed) <= set(grid):
        raise ValueError(
            f"A grid file has the keys {', '.join(needed)}. Received: {path}"
        )
    return grid


def _named(known, name, kind):
    if name not in known:
        raise ValueError(
            f"The grid defines no such {kind}; there are "
            f"{', '.join(known) or 'none'}. Received: {name}"
        )
    return known[name]


def _merged(settings, changes):
    """Settings with changes, where `"set"` is merged field by field."""
    fields = {**settings.get("set", {}), **changes.get("set", {})}
    return {**settings, **changes, "set": fields}
