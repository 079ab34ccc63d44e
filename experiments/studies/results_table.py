"""Prints tables of the scores that runs left behind, as Markdown.

Reads every scores.json below a folder, as evaluate.py writes them, and the
metrics.json beside it. Runs that differ in their seed alone (folders seed0,
seed1 ...) share a row: the mean, and from the lowest to the highest. Example:

  python experiments/studies/results_table.py --results=docs/results/ablation
"""

import json
import pathlib
import re
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

with quiet_imports():
    from semst_tf.metrics.all_scores import SCORES

FLAGS = flags.FLAGS
flags.DEFINE_string("results", "docs/results", "Folder that is searched.")

EXACT_LABELS = "exact_labels"
"""File of scores with labels that are no predictions of a segmenter."""


def main(_):
    root = pathlib.Path(FLAGS.results)
    folders = sorted(path.parent for path in root.rglob("scores.json"))
    if not folders:
        raise ValueError(f"There is no scores.json. Received: {root}")
    for name, rows in tables(folders).items():
        print(f"\n### {name}\n")
        print("\n".join(table_lines(rows)))


def tables(folders):
    """Sorts runs into tables and rows.

    Args:
        folders: List of paths of runs, `<table>/<row>` or
            `<table>/<row>/seed<number>`.

    Returns:
        Dict from table to dict from row to list of runs, as `read_run` reads
        them.
    """
    sorted_runs = {}
    for folder in folders:
        seeded = re.fullmatch(r"seed\d+", folder.name)
        row = folder.parent if seeded else folder
        rows = sorted_runs.setdefault(row.parent.name, {})
        rows.setdefault(row.name, []).append(read_run(folder))
    return sorted_runs


def read_run(folder):
    """Reads the files of one run, by the names that they have without .json."""
    return {
        path.stem: json.loads(path.read_text())
        for path in folder.glob("*.json")
    }


def all_columns():
    """Heading, place in the files, and way of writing of every column."""
    columns = []
    for score in SCORES:
        if score.in_tables:
            place = ("scores", score.group, score.key)
            columns.append((score.heading, place, score.text))
        if score.log_name == "val_miou":
            columns.append(
                (
                    f"{score.heading}, exact labels",
                    (EXACT_LABELS, score.group, score.key),
                    score.text,
                )
            )
    return columns


def table_lines(rows):
    """Makes the lines of one table."""
    columns = [
        column
        for column in all_columns()
        if any(values(runs, column[1]) for runs in rows.values())
    ]
    headings = [heading for heading, *_ in columns]
    head = ["run", "seeds", "steps", "minutes", *headings, "largest flips"]
    lines = [head, ["---"] * len(head)]
    for name, runs in rows.items():
        steps = values(runs, ("metrics", "steps"))
        seconds = values(runs, ("metrics", "seconds"))
        lines.append(
            [
                name,
                len(runs) if steps else "",
                steps[0] if steps else "",
                spread(seconds, lambda second: f"{second / 60:.0f}"),
                *(spread(values(runs, p), text) for _, p, text in columns),
                largest_flips(runs[0]),
            ]
        )
    return ["| " + " | ".join(map(str, line)) + " |" for line in lines]


def values(runs, path):
    """The values that runs have at a place of their files; none is left out."""
    found = []
    for run_files in runs:
        value = run_files
        for name in path:
            value = (value or {}).get(name)
        if value is not None:
            found.append(value)
    return found


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


def largest_flips(run_files):
    """Which class became which most often, in the first run of a row."""
    consistency = run_files["scores"].get("consistency", {})
    return ", ".join(
        f"{flip['from']} to {flip['to']} {flip['share']:.0%}"
        for flip in consistency.get("flips", [])[:3]
    )


if __name__ == "__main__":
    run(main)
