"""Draws likeness to the target against what is kept of the scene.

Each method has a marker of its own, and a line through its blend strengths, so
that the plot is read without colours too. Up is nearer to the target (KID), and
right is more of the scene (mIoU of a segmenter). The right half shows the
methods that keep most of the scene:

  python experiments/studies/frontier_plot.py --task=carla_cityscapes \\
      --frontiers=docs/results/frozen_features.jsonl \\
      --tables=docs/results/ablation.jsonl --output=docs/results/frontier.png

--frontiers are tables of frontier_table.py, --tables those of results_table.py,
whose seeds are averaged.
"""

import fnmatch
import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from plot_styles import line_styles
from plot_styles import write_plot

with quiet_imports():
    import study_table

FLAGS = flags.FLAGS
flags.DEFINE_string("task", None, "Task whose rows are drawn.", required=True)
flags.DEFINE_list("frontiers", [], "Tables of frontier_table.py.")
flags.DEFINE_list(
    "only", ["*"], "Patterns of the methods of --frontiers that are drawn."
)
flags.DEFINE_list("tables", [], "Tables of results_table.py.")
flags.DEFINE_list(
    "without", ["real_photos"], "Methods of the tables to leave out."
)
flags.DEFINE_string("output", None, "File of the plot, PNG.", required=True)

KEEPS_MOST = 0.6
"""Share of the highest mIoU from which a point is in the right half."""


def main(_):
    found = [*frontiers(), *averages()]
    if not found:
        raise ValueError(
            f"The tables have no rows of this task. Received: {FLAGS.task}"
        )
    draw(found, pathlib.Path(FLAGS.output))
    print(f"wrote {FLAGS.output}")


def frontiers():
    """Yields name and points of each run of the tables of frontiers.

    Yields:
        Pair of str and list of (mIoU, 100 KID), in the order of strengths.
    """
    runs = {}
    for path in FLAGS.frontiers:
        for row in study_table.read_rows(path):
            wanted = any(fnmatch.fnmatch(row["method"], o) for o in FLAGS.only)
            if row["task"] == FLAGS.task and wanted and "mean_iou" in row:
                name = row["method"], row["steps"], row["seed"]
                runs.setdefault(name, []).append(row)
    several = {name[:2] for name in runs if (*name[:2], 1) in runs}
    for (method, steps, seed), rows in runs.items():
        words = method if not steps else f"{method}, {steps} steps"
        if (method, steps) in several:
            words = f"{words}, seed {seed}"
        rows.sort(key=lambda row: row["strength"])
        yield words, [(row["mean_iou"], 100 * row["kid"]) for row in rows]


def averages():
    """Yields name and point of each method of the other tables."""
    rows = {}
    for path in FLAGS.tables:
        for row in study_table.read_rows(path):
            name, _ = study_table.row_and_seed(row["id"])
            task, _, method = name.rpartition("/")
            if task == FLAGS.task and method not in FLAGS.without:
                rows.setdefault(method, []).append(row)
    for method, runs in rows.items():
        points = [
            (row["consistency"]["mean_iou"], 100 * row["distance"]["kid"])
            for row in runs
            if "consistency" in row
        ]
        if points:
            # A reference that both kinds of tables have stands on itself.
            mean = tuple(sum(axis) / len(points) for axis in zip(*points))
            if "steps" not in runs[0]:
                yield method, [mean]
            else:
                yield f"{method}, {runs[0]['steps']} steps", [mean]


def draw(found, path):
    """Draws methods and writes the plot.

    Args:
        found: List of pairs of a name and a list of points (x, y); of equal
            names the first is drawn.
        path: `pathlib.Path` of the file.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    points = dict(reversed(found))
    styles = line_styles(list(dict(found)))
    figure, halves = pyplot.subplots(1, 2, figsize=(9.5, 4), dpi=110)
    for name, style in styles.items():
        for axes in halves:
            axes.plot(*zip(*points[name]), **style)
    for axes in halves:
        axes.set_xlabel("mIoU (right: more of the scene)")
        axes.grid(alpha=0.3)
        axes.invert_yaxis()
    halves[0].set_ylabel("KID x100 (up: nearer to the target)")
    _show_best(halves[1], [point for line in points.values() for point in line])
    write_plot(figure, halves[1], path)


def _show_best(axes, points):
    """Limits axes to the points that keep most of the scene."""
    most = max(x for x, _ in points)
    best = [point for point in points if point[0] >= KEEPS_MOST * most]
    for limits, values in zip((axes.set_xlim, axes.set_ylim), zip(*best)):
        margin = 0.08 * (max(values) - min(values)) or 1.0
        low, high = min(values) - margin, max(values) + margin
        limits((low, high) if limits == axes.set_xlim else (high, low))


if __name__ == "__main__":
    run(main)
