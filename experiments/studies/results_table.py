"""Makes and prints the small table of a study, a line a run.

Reads every scores.json below a folder, as evaluate.py writes them, with the
config.json and metrics.json beside it, into one file: the id of a run, the
fields in which its configuration differs from its preset, seed, steps and
scores. A run that the table has already is replaced:

  python experiments/studies/results_table.py --results=runs/ablation \\
      --table=docs/results/ablation.jsonl

Without --results it prints such a file as Markdown, and without --table what
is in the folder. Runs that differ in their seed alone (folders seed0, seed1
...) share a row: the mean, and from the lowest to the highest.

  python experiments/studies/results_table.py \\
      --table=docs/results/ablation.jsonl --only='aerial_maps/*' \\
      --columns=kid,photo_to_map_accuracy
"""

import fnmatch
import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

with quiet_imports():
    import study_table

    from semst_tf.metrics.all_scores import SCORES

FLAGS = flags.FLAGS
flags.DEFINE_string("results", None, "Folder of runs that is searched.")
flags.DEFINE_string("table", None, "File of the table, in JSON Lines.")
flags.DEFINE_list(
    "only",
    [],
    "Patterns of ids, separated by commas: 'carla_cityscapes/*'. None: all.",
)
flags.DEFINE_list(
    "columns",
    [],
    "Keys of the columns: kid, mean_iou, exact_labels, steps, minutes, flips "
    "and so on. None: all that have a value.",
)


def main(_):
    rows = chosen(rows_of_flags())
    for name, group in tables(rows).items():
        print(f"\n### {name}\n")
        print("\n".join(table_lines(group)))


def rows_of_flags():
    """The rows of the table, of the runs, or of both, which are written."""
    if FLAGS.results is None and FLAGS.table is None:
        raise ValueError(
            "Give --results, --table or both. Received: neither of them"
        )
    if FLAGS.results is None:
        return study_table.read_rows(FLAGS.table)
    new = study_table.collected(FLAGS.results)
    if FLAGS.table is None:
        return new
    before = []
    if pathlib.Path(FLAGS.table).exists():
        before = study_table.read_rows(FLAGS.table)
    rows = study_table.joined(before, new)
    study_table.write_rows(FLAGS.table, rows)
    return rows


def chosen(rows):
    """The rows whose ids match --only."""
    if not FLAGS.only:
        return rows
    for pattern in FLAGS.only:
        if not fnmatch.filter([row["id"] for row in rows], pattern):
            raise ValueError(f"--only matches no row. Received: {pattern}")
    return [
        row
        for row in rows
        if any(fnmatch.fnmatch(row["id"], pattern) for pattern in FLAGS.only)
    ]


def tables(rows):
    """Sorts rows into tables.

    Args:
        rows: List of dicts, see `study_table.run_row`.

    Returns:
        Dict from the name of a table, what is before the last part of an id,
        to a dict from the id of a row to the list of its runs.
    """
    found = {}
    for row in rows:
        name, _ = study_table.row_and_seed(row["id"])
        table = found.setdefault(name.rpartition("/")[0] or "runs", {})
        table.setdefault(name, []).append(row)
    return found


def all_columns():
    """Key, heading, and function from runs to a cell, of every column."""
    yield "seeds", "seeds", lambda runs: number_of_trainings(runs)
    yield "steps", "steps", lambda runs: first(values(runs, ("steps",)))
    yield (
        "strength",
        "strength",
        lambda runs: first(values(runs, ("strength",))),
    )
    yield (
        "minutes",
        "minutes",
        lambda runs: study_table.spread(values(runs, ("seconds",)), minutes),
    )
    for score in SCORES:
        place = score.group, score.key
        if score.in_tables:
            yield score.key, score.heading, score_cell(score, place)
        if score.log_name == "val_miou":
            exact = study_table.EXACT_LABELS, score.key
            heading = f"{score.heading}, exact labels"
            yield study_table.EXACT_LABELS, heading, score_cell(score, exact)
    yield "flips", "largest flips", largest_flips
    yield "what", "what", lambda runs: first(values(runs, ("what",)))


def score_cell(score, place):
    """Function from runs to the cell of a score."""
    return lambda runs: study_table.spread(values(runs, place), score.text)


def table_lines(rows):
    """Makes the lines of one table.

    Args:
        rows: Dict from the id of a row to the list of its runs.
    """
    columns = list(all_columns())
    unknown = set(FLAGS.columns) - {key for key, _, _ in columns}
    if unknown:
        raise ValueError(
            "--columns has a key that there is not; there are "
            f"{', '.join(key for key, _, _ in columns)}. "
            f"Received: {', '.join(sorted(unknown))}"
        )
    heads, cells = ["id"], [[name] for name in rows]
    for key, heading, cell in columns:
        if FLAGS.columns and key not in FLAGS.columns:
            continue
        made = [cell(runs) for runs in rows.values()]
        if any(made):
            heads.append(heading)
            for line, text in zip(cells, made):
                line.append(text)
    lines = [heads, ["---"] * len(heads), *cells]
    return ["| " + " | ".join(line) + " |" for line in lines]


def values(runs, place):
    """The values that runs have at a place of their rows."""
    found = []
    for run_row in runs:
        value = run_row
        for name in place:
            value = (value or {}).get(name)
        if value is not None:
            found.append(value)
    return found


def number_of_trainings(runs):
    """How many of the runs are trainings; nothing for references."""
    count = len(values(runs, ("steps",)))
    return str(count) if count else ""


def first(found):
    """The first of some values, as text; empty for none."""
    return str(found[0]) if found else ""


def minutes(seconds):
    """Seconds as text of whole minutes."""
    return f"{seconds / 60:.0f}"


def largest_flips(runs):
    """Which class became which most often, in the first run of a row."""
    return ", ".join(
        f"{before} to {after} {share:.0%}"
        for before, after, share in runs[0].get("flips", [])
    )


if __name__ == "__main__":
    run(main)
