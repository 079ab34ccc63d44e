"""Draws scores of trainings against their steps.

A panel a score, a line a method and seed, each with a marker of its own:

  python experiments/studies/length_plot.py --task=carla_cityscapes \\
      --table=docs/results/long.jsonl --output=docs/results/length.png

--table is one of results_table.py, whose ids are
<task>/<method>_<steps>_steps/seed<number>.
"""

import fnmatch
import pathlib
import re
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from plot_styles import line_styles
from plot_styles import write_plot

with quiet_imports():
    import study_table

    from semst_tf.metrics.all_scores import SCORES

FLAGS = flags.FLAGS
flags.DEFINE_string("task", None, "Task whose rows are drawn.", required=True)
flags.DEFINE_string("table", None, "Table of results_table.py.", required=True)
flags.DEFINE_list("only", ["*"], "Patterns of the methods that are drawn.")
flags.DEFINE_list(
    "scores",
    ["kid", "class_matched_stride_4", "mean_iou"],
    "Keys of the scores, a panel each.",
)
flags.DEFINE_string("output", None, "File of the plot, PNG.", required=True)


def main(_):
    scores = [_score(key) for key in FLAGS.scores]
    lines = trainings(study_table.read_rows(FLAGS.table))
    if not lines:
        raise ValueError(
            f"The table has no rows of this task. Received: {FLAGS.task}"
        )
    draw(lines, scores, pathlib.Path(FLAGS.output))
    print(f"wrote {FLAGS.output}")


def _score(key):
    for score in SCORES:
        if score.key == key:
            return score
    raise ValueError(
        "--scores are keys of "
        f"{', '.join(score.key for score in SCORES)}. Received: {key}"
    )


def trainings(rows):
    """Sorts the rows of the task into trainings.

    Args:
        rows: List of dicts, see `study_table.run_row`.

    Returns:
        Dict from the name of a training to its rows in the order of steps.
    """
    found = {}
    for row in rows:
        name, seeded = study_table.row_and_seed(row["id"])
        task, _, method = name.rpartition("/")
        method = re.sub(r"_\d+_steps$", "", method)
        wanted = any(fnmatch.fnmatch(method, only) for only in FLAGS.only)
        if task == FLAGS.task and wanted and "steps" in row:
            seed = f", seed {row['seed']}" if seeded else ""
            found.setdefault(f"{method}{seed}", []).append(row)
    for line in found.values():
        line.sort(key=lambda row: row["steps"])
    return found


def draw(lines, scores, path):
    """Draws the scores of trainings and writes the plot.

    Args:
        lines: Dict as `trainings` returns it.
        scores: List of `Score`, a panel each.
        path: `pathlib.Path` of the file.
    """
    import matplotlib

    matplotlib.use("Agg")
    from matplotlib import pyplot

    styles = line_styles(list(lines))
    figure, panels = pyplot.subplots(
        1, len(scores), figsize=(3.6 * len(scores), 3.4), dpi=110, squeeze=False
    )
    for axes, score in zip(panels[0], scores):
        for name, style in styles.items():
            points = [
                (row["steps"], score.factor * score.value_in(row))
                for row in lines[name]
                if score.value_in(row) is not None
            ]
            axes.plot(*(zip(*points) if points else ((), ())), **style)
        axes.set_xlabel("steps")
        axes.set_title(score.heading, fontsize=10)
        axes.set_ylim(bottom=0)
        axes.grid(alpha=0.3)
    write_plot(figure, panels[0][-1], path)


if __name__ == "__main__":
    run(main)
