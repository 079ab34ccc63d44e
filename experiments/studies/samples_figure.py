"""Draws what one training makes of its samples after some of its steps.

The grids that a training writes into `samples/` of its run directory show
source images above their translations:

  python experiments/studies/samples_figure.py --run=runs/street \\
      --steps=1500,6000,20000 --columns=2,4 --of=4 \\
      --output=docs/images/steps.jpg

draws the source images of the second and the fourth of four columns, and below
them the translations after each of these steps. Only images that may be passed
on belong into a page.
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

with quiet_imports():
    from captioned_figure import captioned_figure

FLAGS = flags.FLAGS
flags.DEFINE_string("run", None, "Run directory.", required=True)
flags.DEFINE_list("steps", None, "Steps of grids.", required=True)
flags.DEFINE_list("columns", ["1"], "Columns that are drawn, from 1.")
flags.DEFINE_integer("of", None, "Columns of a grid.", required=True)
flags.DEFINE_string("output", None, "File of the figure.", required=True)


def main(_):
    columns = numbers("columns", FLAGS.of)
    captions, lines = [], []
    for step in numbers("steps"):
        sources, translations = rows_of(grid_after(step), columns)
        if not lines:
            captions, lines = ["source images"], [sources]
        captions.append(f"after {step} steps")
        lines.append(translations)
    path = pathlib.Path(FLAGS.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    captioned_figure(lines, captions).save(path, quality=88)
    print(f"wrote {path}")


def numbers(flag, most=None):
    """The positive integers of a flag, up to `most`."""
    texts = FLAGS[flag].value
    if not all(
        text.isdigit() and 0 < int(text) <= (most or int(text))
        for text in texts
    ):
        limit = "" if most is None else f" to {most}"
        raise ValueError(
            f"--{flag} are integers from 1{limit}, separated by commas. "
            f"Received: {','.join(texts)}"
        )
    return [int(text) for text in texts]


def grid_after(step):
    """The grid that the run wrote after a step, as an array."""
    from semst_tf.data import read_image

    path = pathlib.Path(FLAGS.run, "samples", f"step_{step:08d}.png")
    if not path.is_file():
        raise ValueError(
            f"The run wrote no samples after this step. Received: {path}"
        )
    return read_image(path)


def rows_of(grid, columns):
    """Source images and translations of some columns of a grid."""
    from semst_tf.data.image_grid import GAP

    height, width = (
        (n + GAP) // count for n, count in zip(grid.shape, (2, FLAGS.of))
    )
    return [
        [
            grid[row * height :, (column - 1) * width :][
                : height - GAP, : width - GAP
            ]
            for column in columns
        ]
        for row in (0, 1)
    ]


if __name__ == "__main__":
    run(main)
