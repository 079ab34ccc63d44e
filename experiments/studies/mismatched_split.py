"""Splits labelled images into two domains with other class statistics.

Writes two lists of file names, one a line: sources, in which one class is
frequent and the other rare, and targets, in which it is the other way round.
Prints how often classes occur in both. The lists in experiments/configs come
from

  python experiments/studies/mismatched_split.py \\
      --labels=cityscapes_pix2pix/train@right --rich=vegetation --poor=sky \\
      --sources=experiments/configs/labels_photos_sources.txt \\
      --targets=experiments/configs/labels_photos_targets.txt
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "labels",
    None,
    "Images in the label colours of Cityscapes, as --source of train.py.",
    required=True,
)
flags.DEFINE_string("rich", "vegetation", "Class that sources are rich in.")
flags.DEFINE_string("poor", "sky", "Class that sources are poor in.")
flags.DEFINE_string(
    "sources", None, "Text file to write: names of sources.", required=True
)
flags.DEFINE_string(
    "targets", None, "Text file to write: names of targets.", required=True
)

FREQUENT = 0.01
"""Share from which on a class is worth printing."""


def main(_):
    with quiet_imports():
        from split_by_frequency import mismatched_split

        from semst_tf.data.label_spaces import CITYSCAPES_CLASSES

    for name in (FLAGS.rich, FLAGS.poor):
        if name not in CITYSCAPES_CLASSES:
            raise ValueError(
                f"Classes are {', '.join(CITYSCAPES_CLASSES)}. Received: {name}"
            )
    names, shares = class_shares()
    halves = mismatched_split(
        shares,
        CITYSCAPES_CLASSES.index(FLAGS.rich),
        CITYSCAPES_CLASSES.index(FLAGS.poor),
    )
    for path, half in zip((FLAGS.sources, FLAGS.targets), halves):
        lines = [names[place] + "\n" for place in half]
        pathlib.Path(path).write_text("".join(lines))
        print(f"wrote {path}: {len(half)} images")
    print("\n| class | sources | targets |\n|---|---|---|")
    means = [shares[half].mean(axis=0) for half in halves]
    for name, source, target in zip(CITYSCAPES_CLASSES, *means):
        if max(source, target) >= FREQUENT:
            print(f"| {name} | {source:.1%} | {target:.1%} |")


def class_shares():
    """Returns file names and the share of every class in every image."""
    import numpy as np

    from semst_tf.data import ImageCollection
    from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
    from semst_tf.data.label_spaces import PALETTE
    from semst_tf.data.labels import Labels

    files = ImageCollection(FLAGS.labels)
    labels = Labels.of(files, FLAGS.labels, PALETTE)
    classes = len(CITYSCAPES_CLASSES)
    names, shares = [], []
    for index in range(len(labels)):
        seen = labels.load(index)
        counts = np.bincount(seen.ravel(), minlength=classes)[:classes]
        names.append(pathlib.Path(files.name(index)).name)
        shares.append(counts / max(1, counts.sum()))
    return names, np.array(shares)


if __name__ == "__main__":
    run(main)
