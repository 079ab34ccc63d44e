"""Collects and prints scores over the blend strength, as one small table.

A study trains runs (ablation.py) and scores each at several strengths:

  python experiments/evaluate.py --model=runs/a --strength=0.6,0.8,1 \\
      --class_matched --labels=... --target=... --output=runs/a/frontier.json

This puts every frontier.json below a folder into one file, a line a run and
strength, and prints such a file as Markdown:

  python experiments/studies/frontier_table.py --collect=runs/study \\
      --table=docs/results/frozen_features.jsonl
  python experiments/studies/frontier_table.py \\
      --table=docs/results/frozen_features.jsonl

With --mean_iou=0.36 there is one line a run: how near to the target it comes
while that much of the scene is kept, interpolated between strengths; and with
--over_seeds one a method and length: mean, and lowest and highest.
"""

import fnmatch
import json
import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

with quiet_imports():
    import study_table

FLAGS = flags.FLAGS
flags.DEFINE_string("table", None, "File of the table.", required=True)
flags.DEFINE_string(
    "collect", None, "Folder of runs, <task>/<method>/seed<number>, to add."
)
flags.DEFINE_list(
    "only",
    [],
    "Patterns of ids, separated by commas: 'carla_cityscapes/*'. None: all.",
)
flags.DEFINE_integer("steps", None, "Only trainings of so many steps.")
flags.DEFINE_float(
    "mean_iou",
    None,
    "One line a run: the greatest strength at which the mean IoU is at least "
    "this, between the strengths that were scored.",
    lower_bound=0.0,
    upper_bound=1.0,
)
flags.DEFINE_bool(
    "over_seeds",
    False,
    "With --mean_iou: one line for all seeds of a method and length.",
)

COLUMNS = {
    "KID x100": ("distance", "kid", 100, 2),
    "class-matched 4": ("distance", "class_matched_stride_4", 1, 0),
    "class-matched 8": ("distance", "class_matched_stride_8", 1, 0),
    "pixel accuracy": ("consistency", "pixel_accuracy", 1, 3),
    "mIoU": ("consistency", "mean_iou", 1, 3),
    "halos": ("diagnostics", "edge_halos", 1, 2),
    "periodic": ("diagnostics", "periodic_artefacts", 1, 3),
}
"""From headings to group and key of a score, its factor and its digits."""


def main(_):
    if FLAGS.over_seeds and FLAGS.mean_iou is None:
        raise ValueError(
            "--over_seeds compares seeds at the same --mean_iou; give one. "
            "Received: none"
        )
    path = pathlib.Path(FLAGS.table)
    if FLAGS.collect is not None:
        before = study_table.read_rows(path) if path.exists() else []
        new = collected(pathlib.Path(FLAGS.collect))
        rows = study_table.joined(before, new, _key)
        study_table.write_rows(path, sorted(rows, key=_key))
    rows = [
        row
        for row in study_table.read_rows(path)
        if not FLAGS.only
        or any(fnmatch.fnmatch(row_id(row), only) for only in FLAGS.only)
    ]
    if FLAGS.steps is not None:
        rows = [row for row in rows if row["steps"] == FLAGS.steps]
    if FLAGS.mean_iou is not None:
        rows = at_mean_iou(rows, FLAGS.mean_iou)
    lines = seeds_lines(rows) if FLAGS.over_seeds else table_lines(rows)
    print("\n".join(lines))


def at_mean_iou(rows, wanted):
    """One row a run, at the greatest strength that keeps so much.

    Args:
        rows: List of rows of any number of runs, by rising strength.
        wanted: float. The least mean IoU.

    Returns:
        List of rows; a run whose smallest strength keeps less has none. Where
        a mean IoU falls below what is wanted between two strengths, all
        numbers are interpolated linearly.
    """
    runs = {}
    for row in rows:
        if "mean_iou" in row and row["method"] != "untranslated":
            runs.setdefault((row_id(row), row["steps"]), []).append(row)
    found = (_farthest(run_rows, wanted) for run_rows in runs.values())
    return [row for row in found if row is not None]


def _farthest(rows, wanted):
    """The row of one run at the greatest strength, or `None`."""
    enough = [row["mean_iou"] >= wanted for row in rows]
    if not any(enough):
        return None
    last = max(index for index, kept in enumerate(enough) if kept)
    if last == len(rows) - 1:
        return rows[last]
    before, after = rows[last], rows[last + 1]
    fallen = before["mean_iou"] - wanted
    share = fallen / (before["mean_iou"] - after["mean_iou"])
    return {
        key: round(value + share * (after[key] - value), 5)
        if isinstance(value, float) and key in after
        else value
        for key, value in before.items()
    }


def row_id(row):
    """The id of a run; rows that differ in the strength alone share it."""
    return f"{row['task']}/{row['method']}/seed{row['seed']}"


def _key(row):
    return (
        row["task"],
        row["method"] != "untranslated",
        row["method"],
        row["steps"],
        row["seed"],
        row["strength"],
    )


def collected(root):
    """Rows of every frontier.json below a folder."""
    rows = []
    for path in sorted(root.rglob("frontier.json")):
        scores = json.loads(path.read_text())
        task, method, seed = path.parent.parts[-3:]
        run_row = {
            "task": task,
            "method": method,
            "seed": int(seed.removeprefix("seed")),
            "steps": _steps(path, scores),
        }
        # With one strength evaluate.py writes its scores alone.
        alone = {"strength": scores["settings"].get("strength"), **scores}
        for strength in scores.get("strengths", [alone]):
            row = {**run_row, "strength": strength["strength"]}
            rows.append(row | _scores(strength))
        if "untranslated" not in scores:
            continue
        nothing = {"method": "untranslated", "seed": 0, "steps": 0}
        row = {**run_row, **nothing, "strength": 0.0}
        rows.append(row | _scores(scores["untranslated"]))
    return rows


def _steps(path, scores):
    """Steps of the training that was scored, by its own or the run's record."""
    record = path.parent / "config.json"
    if "config" in scores["settings"]:
        config = scores["settings"]["config"]
    elif record.is_file():
        config = json.loads(record.read_text())["config"]
    else:
        raise ValueError(
            "These scores are of a generator without its training, whose "
            "config.json is missing beside them; score the run directory, or "
            f"copy its config.json there. Received: {path}"
        )
    return config["training"]["steps"]


def _scores(groups):
    found = {}
    for group, key, _, _ in COLUMNS.values():
        value = groups.get(group, {}).get(key)
        if value is not None:
            found[key] = round(float(value), 5)
    return found


def table_lines(rows):
    """The rows as a Markdown table."""
    lines = [
        [row_id(row), str(row["steps"]), str(round(row["strength"], 2))]
        + score_cells([row])
        for row in rows
    ]
    return markdown(["id", "steps", "strength"], lines)


def seeds_lines(rows):
    """The same with one line for all seeds of a method and length."""
    methods = {}
    for row in rows:
        key = f"{row['task']}/{row['method']}", row["steps"]
        methods.setdefault(key, []).append(row)
    lines = []
    for (name, steps), seeds in methods.items():
        strengths = [row["strength"] for row in seeds]
        cells = [name, str(steps), str(len(seeds))]
        cells.append(study_table.spread(strengths, "{:.2f}".format))
        lines.append(cells + score_cells(seeds))
    return markdown(["id", "steps", "seeds", "strength"], lines)


def score_cells(rows):
    """A cell a score: of one row, or the mean of several and their spread."""
    return [
        study_table.spread(
            [factor * row[key] for row in rows if key in row],
            f"{{:.{digits}f}}".format,
        )
        for _, key, factor, digits in COLUMNS.values()
    ]


def markdown(first, lines):
    """Lines of a table whose first columns are followed by the scores."""
    head = [*first, *COLUMNS]
    rule = "| --- " * len(head) + "|"
    rows = [f"| {' | '.join(cells)} |" for cells in [head, *lines]]
    return [rows[0], rule, *rows[1:]]


if __name__ == "__main__":
    run(main)
