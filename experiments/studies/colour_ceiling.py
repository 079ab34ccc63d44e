"""Recolours images class by class with the labels of both domains.

Every class of the source gets the distribution of colours, channel by channel,
that it has in the target, and no pixel changes its class. A translator does
not have these labels: scored with evaluate.py, the images show how near to
the target colours alone can bring this scene, and so how much of the distance
is content that a translator must not change. Example:

  python experiments/studies/colour_ceiling.py \\
      --source=game/test \\
      --source_labels=game/labels --target=street/train \\
      --target_labels=street/labels --output=runs/ceiling
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import run
from recoloured_images import define_flags
from recoloured_images import write_recoloured

FLAGS = flags.FLAGS
define_flags()
for _side in ("source", "target"):
    flags.DEFINE_string(
        f"{_side}_labels",
        None,
        f"Labels of --{_side}, as in evaluate.py.",
        required=True,
    )
    flags.DEFINE_string(
        f"{_side}_label_space",
        "cityscapes_train_ids",
        "Numbers of these labels, as in evaluate.py.",
    )

FEWEST = 50
"""Pixels of a class in each domain from which on it is recoloured."""
QUANTILES = 101


def main(_):
    names, images, labels = domain("source", FLAGS.resize)
    _, targets, target_labels = domain("target", FLAGS.target_resize)
    recoloured, classes = recolour(images, labels, targets, target_labels)
    print(f"recoloured: {', '.join(classes)}")
    write_recoloured(FLAGS.output, names, images, recoloured, FLAGS.strength)


def domain(side, resize):
    """Returns names, images, and labels of the images' sizes."""
    from semst_tf.data.labels import Labels
    from semst_tf.data.read_images import open_images
    from semst_tf.data.resize import resize_image
    from semst_tf.pretrained import SEGMENTER_SIZE

    files = open_images(
        FLAGS[side].value, resize, FLAGS.resize_filter, FLAGS.limit
    )
    labels = Labels.of(
        files,
        FLAGS[f"{side}_labels"].value,
        FLAGS[f"{side}_label_space"].value,
    )
    images = [files.load(index) for index in range(len(files))]
    # By way of the size that evaluate.py compares them in.
    found = [
        resize_image(
            labels.load(index, SEGMENTER_SIZE)[..., None],
            image.shape[:2],
            "nearest",
        )[..., 0]
        for index, image in enumerate(images)
    ]
    return files.relative_names, images, found


def recolour(images, labels, targets, target_labels):
    """Gives every class the colours that it has in the target.

    Args:
        images: List of uint8 arrays `(height, width, 3)`.
        labels: List of arrays `(height, width)` of Cityscapes training
            classes.
        targets: The same as `images`, of the target.
        target_labels: The same as `labels`, of the target.

    Returns:
        List of images of the same sizes, and the names of the classes that
        both domains show; pixels of others are as they were.
    """
    import numpy as np

    from semst_tf.data.label_spaces import CITYSCAPES_CLASSES

    results = [image.copy() for image in images]
    recoloured = []
    shares = np.linspace(0, 1, QUANTILES)
    for number, name in enumerate(CITYSCAPES_CLASSES):
        masks = [label == number for label in labels]
        before = np.concatenate([p[m] for p, m in zip(images, masks)])
        after = np.concatenate(
            [p[m == number] for p, m in zip(targets, target_labels)]
        )
        if min(len(before), len(after)) < FEWEST:
            continue
        recoloured.append(name)
        for channel in range(3):
            old = np.quantile(before[:, channel], shares)
            new = np.quantile(after[:, channel], shares)
            for result, mask in zip(results, masks):
                values = np.interp(result[mask, channel], old, new)
                result[mask, channel] = np.rint(values)
    return results, recoloured


if __name__ == "__main__":
    run(main)
