"""Prints the table of the scores that runs left behind, as Markdown.

Reads every scores.json below a folder, as evaluate.py writes them, and the
metrics.json beside it. Example:

  python experiments/results_table.py --results=docs/results/carla_cityscapes
"""

import json
import pathlib

from absl import flags
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string("results", "docs/results", "Folder that is searched.")

HEAD = (
    "| run | steps | minutes | FID | KID x100 | pixel accuracy | mIoU | "
    "largest flips |\n|---|---|---|---|---|---|---|---|"
)


def main(_):
    root = pathlib.Path(FLAGS.results)
    files = sorted(root.rglob("scores.json"))
    if not files:
        raise ValueError(f"There is no scores.json. Received: {root}")
    print(HEAD)
    for path in files:
        print(table_row(path.parent))


def table_row(folder):
    """Makes the row of one run of its files."""
    scores = json.loads((folder / "scores.json").read_text())
    training = folder / "metrics.json"
    steps = minutes = ""
    if training.exists():
        record = json.loads(training.read_text())
        steps = record["steps"]
        minutes = f"{record['seconds'] / 60:.0f}"
    distance = scores["distance"]
    consistency = scores["consistency"]
    flips = ", ".join(
        f"{flip['from']} to {flip['to']} {flip['share']:.0%}"
        for flip in consistency["flips"][:3]
    )
    cells = [
        folder.name,
        steps,
        minutes,
        f"{distance['fid']:.1f}",
        f"{100 * distance['kid']:.2f} "
        f"± {100 * distance['kid_standard_error']:.2f}",
        f"{consistency['pixel_accuracy']:.3f}",
        f"{consistency['mean_iou']:.3f}",
        flips,
    ]
    return "| " + " | ".join(str(cell) for cell in cells) + " |"


if __name__ == "__main__":
    run(main)
