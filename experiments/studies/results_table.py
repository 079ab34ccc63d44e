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

from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string("results", "docs/results", "Folder that is searched.")

# Heading, digits after the point, factor, and where the value is.
COLUMNS = (
    ("FID", 1, 1, ("scores", "distance", "fid")),
    ("KID x100", 2, 100, ("scores", "distance", "kid")),
    ("pixel accuracy", 3, 1, ("scores", "consistency", "pixel_accuracy")),
    ("mIoU", 3, 1, ("scores", "consistency", "mean_iou")),
    ("mIoU, exact labels", 3, 1, ("exact_labels", "consistency", "mean_iou")),
    (
        "paired accuracy",
        3,
        1,
        ("scores", "paired", "photo_to_map_accuracy"),
    ),
    ("RMSE", 1, 1, ("scores", "paired", "root_mean_squared_error")),
    ("SSIM", 3, 1, ("scores", "paired", "ssim")),
    ("structure", 3, 1, ("scores", "diagnostics", "structure_information")),
    ("texture", 3, 1, ("scores", "diagnostics", "texture_information")),
    ("colour shift", 1, 1, ("scores", "diagnostics", "colour_shift")),
)


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


def table_lines(rows):
    """Makes the lines of one table."""
    columns = [
        column
        for column in COLUMNS
        if any(values(runs, column[3]) for runs in rows.values())
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
                spread(seconds, 0, 1 / 60),
                *(spread(values(runs, p), d, f) for _, d, f, p in columns),
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


def spread(numbers, digits, factor):
    """The mean, and from the lowest to the highest if there are several."""
    if not numbers:
        return ""
    scaled = [factor * number for number in numbers]
    mean = f"{sum(scaled) / len(scaled):.{digits}f}"
    if len(scaled) == 1:
        return mean
    return f"{mean} ({min(scaled):.{digits}f} to {max(scaled):.{digits}f})"


def largest_flips(run_files):
    """Which class became which most often, in the first run of a row."""
    consistency = run_files["scores"].get("consistency", {})
    return ", ".join(
        f"{flip['from']} to {flip['to']} {flip['share']:.0%}"
        for flip in consistency.get("flips", [])[:3]
    )


if __name__ == "__main__":
    run(main)
