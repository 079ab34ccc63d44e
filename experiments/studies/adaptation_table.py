"""Makes and prints the small table of adaptation studies, a line a segmenter.

Reads the results.json that adapt.py writes into its --workdir, and puts what
each segmenter reached into one file; rows that the table has already are
replaced. --study names the study in the ids of its rows:

  python experiments/studies/adaptation_table.py --results=runs/adapt \\
      --study=carla_to_cityscapes --table=docs/results/adaptation.jsonl

Without --results it prints such a file as Markdown: a row for each way of
training, or with --classes of one study a row for each class.

  python experiments/studies/adaptation_table.py \\
      --table=docs/results/adaptation.jsonl --study=carla_to_cityscapes
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

    from semst_tf.adaptation.study_table import adaptation_table
    from semst_tf.adaptation.study_table import summary_table

FLAGS = flags.FLAGS
flags.DEFINE_string("results", None, "Directory of a study of adapt.py.")
flags.DEFINE_string(
    "table", None, "File of the table, in JSON Lines.", required=True
)
flags.DEFINE_string(
    "study",
    None,
    "Name of a study, or to print several in one table a pattern, as "
    "`streets_*`; if not given, all.",
)
flags.DEFINE_bool("classes", False, "Print the IoU of every class.")

KEPT = ("mean_iou", "pixel_accuracy", "class_accuracy")
"""Scores of a segmenter that a row has; and `class_iou`."""


def main(_):
    if FLAGS.results is not None:
        add_results(pathlib.Path(FLAGS.results), pathlib.Path(FLAGS.table))
    rows = study_table.read_rows(FLAGS.table)
    studies = {row["study"]: [] for row in rows}
    for row in rows:
        studies[row["study"]].append(row)
    chosen = fnmatch.filter(studies, FLAGS.study or "*")
    if not chosen:
        raise ValueError(
            f"The table has the studies {', '.join(studies)}. "
            f"Received: --study={FLAGS.study}"
        )
    texts = {study: text_of(studies[study]) for study in chosen}
    if FLAGS.study and not FLAGS.classes:
        texts = {FLAGS.study: under_one_head(texts.values())}
    for study, text in texts.items():
        print(f"\n### {study}\n\n{text}", end="")


def under_one_head(tables):
    """One table of several with the same columns."""
    first, *others = tables
    return first + "".join(
        "".join(table.splitlines(True)[2:]) for table in others
    )


def add_results(folder, table):
    """Adds the segmenters of a study to the table."""
    if not FLAGS.study:
        raise ValueError(
            "Give --study, a name for these results. Received: none"
        )
    path = folder / "results.json"
    if not path.is_file():
        raise ValueError(f"There is no results.json. Received: {folder}")
    rows = rows_of(FLAGS.study, json.loads(path.read_text()))
    study_table.add_rows(table, rows)


def rows_of(study, results):
    """Rows of the results of a study.

    Args:
        study: str. Its name.
        results: Dict, what `AdaptationStudy.run` returns.

    Returns:
        List of dicts: `"id"`, which is `<study>/<training>/seed<number>`,
        `"study"`, `"training"`, `"seed"`, `"recipe"`, and the scores.
    """
    settings, scored = results["settings"], results["scored_classes"]
    rows = []
    for training, cells in results["cells"].items():
        name = training.replace(",", "").replace(" ", "_")
        for seed, scores in enumerate(cells):
            row = {
                "id": f"{study}/{name}/seed{seed}",
                "study": study,
                "training": training,
                "seed": seed,
                "recipe": settings["recipe"],
            }
            if settings.get("strength") is not None:
                row["strength"] = settings["strength"]
            row |= {key: round(scores[key], 6) for key in KEPT}
            row["class_iou"] = {
                label: round(scores["class_iou"][label], 6) for label in scored
            }
            rows.append(row)
    return rows


def text_of(rows):
    """The rows of one study as a Markdown table."""
    cells = {}
    for row in sorted(rows, key=lambda row: row["seed"]):
        cells.setdefault(row["training"], []).append(row)
    # In the order of the file, whatever the seeds.
    cells = {row["training"]: cells[row["training"]] for row in rows}
    results = {"scored_classes": list(rows[0]["class_iou"]), "cells": cells}
    if FLAGS.classes:
        return adaptation_table(results)
    return summary_table(results, rows[0]["study"])


if __name__ == "__main__":
    run(main)
