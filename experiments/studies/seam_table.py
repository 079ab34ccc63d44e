"""Measures how visible the borders of tiles are in translations of a study.

Each run below --results translates the images in one piece and in tiles. A row
has the mean over the images of: steps between pixels at borders of tiles,
divided by those of the translation in one piece there (1: no seam); and the
mean absolute difference of the two translations, in steps of 255.

  python experiments/studies/seam_table.py --results=runs/scales \\
      --images=gta5/hd_1914x1052 --tile=512 --table=docs/results/seams.jsonl

Without --results it prints the table as Markdown.
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from path_flags import check_inputs

with quiet_imports():
    import study_table

FLAGS = flags.FLAGS
flags.DEFINE_string("table", None, "File of the table.", required=True)
flags.DEFINE_string("results", None, "Folder of runs to add to the table.")
flags.DEFINE_string("images", None, "Images to translate.")
flags.DEFINE_string("resize", "", "Size of the images: 256, 152x256.")
flags.DEFINE_integer("tile", 512, "Side of the tiles, in pixels.")

MODES = "tiled", "exact_tiled"


def main(_):
    path = pathlib.Path(FLAGS.table)
    if FLAGS.results is not None:
        check_inputs("results", "images")
        rows = measured_rows(pathlib.Path(FLAGS.results))
        study_table.add_rows(path, rows)
    print("\n".join(table_lines(study_table.read_rows(path))))


def measured_rows(root):
    """Rows of all runs below a folder that have a translator."""
    from semst_tf.data.read_images import open_images

    images = open_images(pathlib.Path(FLAGS.images), FLAGS.resize)
    loaded = [images.load(index) for index in range(len(images))]
    folders = sorted(path.parent for path in root.rglob("model.keras"))
    if not folders:
        raise ValueError(f"There is no trained model. Received: {root}")
    return [
        {
            "id": folder.relative_to(root).as_posix(),
            "tile": FLAGS.tile,
            "images": len(loaded),
            "size": f"{loaded[0].shape[1]}x{loaded[0].shape[0]}",
            "modes": measured_modes(folder, loaded),
        }
        for folder in folders
    ]


def measured_modes(folder, images):
    """Dict from modes to their mean figures over the images."""
    import numpy as np

    from semst_tf import load_translator
    from semst_tf.inference.translate import translate

    network = load_translator(folder / "model.keras")
    figures = {mode: [] for mode in MODES}
    for image in images:
        whole = translate(network, image)
        for mode in MODES:
            tiled = translate(network, image, mode=mode, tile=FLAGS.tile)
            figures[mode].append(compared(network, tiled, whole))
    return {
        mode: {
            name: round(float(np.mean([row[name] for row in rows])), 4)
            for name in rows[0]
        }
        for mode, rows in figures.items()
    }


def compared(network, tiled, whole):
    """Figures of one translation in tiles against the one in one piece."""
    import numpy as np

    from semst_tf.metrics.seams import seam_ratio

    ratio = seam_ratio(
        tiled,
        whole,
        tile=FLAGS.tile,
        multiple=network.stride,
        minimum=network.minimum_size,
    )
    difference = np.abs(tiled.astype("float64") - whole).mean()
    return {"seams": ratio, "difference": difference}


def table_lines(rows):
    """Lines of a Markdown table, one a run."""
    heads = ["id", "images", "tile"]
    heads += [f"{mode}: {what}" for mode in MODES for what in ("seams", "off")]
    lines = [heads, ["---"] * len(heads)]
    for row in rows:
        cells = [
            f"{row['modes'][mode][name]:.{digits}f}"
            for mode in MODES
            for name, digits in (("seams", 3), ("difference", 2))
        ]
        about = [f"{row['images']} of {row['size']}", str(row["tile"])]
        lines.append([row["id"], *about, *cells])
    return ["| " + " | ".join(line) + " |" for line in lines]


if __name__ == "__main__":
    run(main)
