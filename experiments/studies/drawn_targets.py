"""Sources and targets of one folder, where targets are changed by a rule.

What a translation should be is then known of every image.
"""

import pathlib

from absl import flags
from recoloured_images import write_png

FLAGS = flags.FLAGS
# A script that calls `define_flags` shows them in its own --help.
flags.disclaim_key_flags()


def define_flags():
    """Declares which images are read, and where the changed ones go."""
    flags.DEFINE_string("images", None, "Images.", required=True)
    flags.DEFINE_string(
        "labels", None, "Their labels, as in evaluate.py.", required=True
    )
    flags.DEFINE_string(
        "label_space",
        "cityscapes_train_ids",
        "Numbers of these labels, as in evaluate.py.",
    )
    flags.DEFINE_bool(
        "both", False, "Write every image as source and as target."
    )
    flags.DEFINE_integer("seed", 0, "Of what is drawn at random.")
    flags.DEFINE_string(
        "output", None, "Folder for the images, PNG.", required=True
    )


def write_sides(change):
    """Writes every second image changed, as a target, or with --both all.

    Args:
        change: Function of a uint8 array `(height, width, 3)`, its labels
            `(height, width)` in the classes of Cityscapes, and a
            `numpy.random.Generator`, that returns the changed image.
    """
    import numpy as np

    from semst_tf.data.labels import Labels
    from semst_tf.data.read_images import open_images

    images = open_images(FLAGS.images)
    labels = Labels.of(images, FLAGS.labels, FLAGS.label_space)
    random = np.random.default_rng(FLAGS.seed)
    counts = {"source": 0, "target": 0}
    for index, name in enumerate(images.relative_names):
        image = images.load(index)
        classes = labels.load(index, image.shape[:2])
        sides = {"source": image, "target": change(image, classes, random)}
        if not FLAGS.both:
            side = "target" if index % 2 else "source"
            sides = {side: sides[side]}
        for side, pixels in sides.items():
            write_png(pathlib.Path(FLAGS.output, side), name, pixels)
            counts[side] += 1
    print(
        f"wrote {counts['source']} sources and {counts['target']} targets to "
        f"{FLAGS.output}"
    )
