"""Draws images above their translations, with scores of a table under them.

The scores are those of the run in a table of frontier_table.py, at the blend
strength that the images are translated with, so that the figure says what was
measured on the whole test set:

  python experiments/studies/street_figure.py --model=runs/street \\
      --source=carla_od/test --images=a.jpg,b.jpg --strength=0.8 \\
      --table=docs/results/frozen_features.jsonl \\
      --row=carla_cityscapes/semst/seed1 --output=docs/images/street.jpg

Only images that may be passed on belong into a page.
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from shared_flags import define_guided_radius

with quiet_imports():
    import study_table
    from captioned_figure import captioned_figure

FLAGS = flags.FLAGS
flags.DEFINE_string("model", None, "The translator.", required=True)
flags.DEFINE_string("source", None, "Folder of images.", required=True)
flags.DEFINE_list(
    "images", None, "Names of files in it, from left to right.", required=True
)
flags.DEFINE_string("resize", "", "Size of the images: 256, 152x256.")
flags.DEFINE_float("strength", None, "Blend strength; its own if not given.")
define_guided_radius()
flags.DEFINE_string(
    "table", None, "Table of frontier_table.py with the scores.", required=True
)
flags.DEFINE_string(
    "row", None, "<task>/<method>/seed<number> of the model.", required=True
)
flags.DEFINE_integer(
    "steps", None, "Length of the run, where the table has several of --row."
)
flags.DEFINE_string("heading", "CARLA", "What the images are.")
flags.DEFINE_string("output", None, "File of the figure.", required=True)


def main(_):
    captions = [score_line(*found) for found in scored_rows()]
    with quiet_imports():
        import semst_tf
        from semst_tf.data.read_images import read_images
        from semst_tf.inference.translate import translate

    names, images = read_images(FLAGS.source, FLAGS.resize)
    places = [place_of(name, names) for name in FLAGS.images]
    network = semst_tf.load_translator(
        FLAGS.model, FLAGS.strength, FLAGS.guided_radius
    )
    above = [images[place] for place in places]
    below = [translate(network, image) for image in above]
    path = pathlib.Path(FLAGS.output)
    path.parent.mkdir(parents=True, exist_ok=True)
    captioned_figure([above, below], captions).save(path, quality=88)
    print(f"wrote {path}")


def scored_rows():
    """Rows of the table: of no translation, and of the model.

    Returns:
        List of two pairs of a heading and a row.
    """
    if FLAGS.row.count("/") != 2:
        raise ValueError(
            f"--row is <task>/<method>/seed<number>. Received: {FLAGS.row}"
        )
    task, method, seed = FLAGS.row.split("/")
    rows = study_table.read_rows(FLAGS.table)

    def row(method, seed, **wanted):
        wanted |= {"task": task, "method": method}
        wanted["seed"] = int(seed.removeprefix("seed"))
        found = [
            row
            for row in rows
            if all(v in (None, row.get(key)) for key, v in wanted.items())
        ]
        if len({found_row["steps"] for found_row in found}) == 1:
            return found[0]
        raise ValueError(
            "--row, --strength and --steps are those of one row of the table. "
            f"Received: {len(found)} rows of {task}/{method}/{seed} with "
            f"strength={wanted.get('strength')}, steps={wanted.get('steps')}"
        )

    return [
        (FLAGS.heading, row("untranslated", "seed0")),
        (
            "translated",
            row(method, seed, strength=FLAGS.strength, steps=FLAGS.steps),
        ),
    ]


def score_line(heading, row):
    """What stands under a line of images."""
    return (
        f"{heading}: mIoU {row['mean_iou']:.3f}, KID x100 "
        f"{100 * row['kid']:.2f}"
    )


def place_of(name, names):
    """Where an image is among the names of a folder."""
    found = [
        place
        for place, known in enumerate(names)
        if pathlib.PurePath(known).name == name
    ]
    if len(found) != 1:
        raise ValueError(
            f"--images names one file of {FLAGS.source} each. Received: {name}"
        )
    return found[0]


if __name__ == "__main__":
    run(main)
