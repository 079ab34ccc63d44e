"""Paints label maps in natural colours, where translators start.

Nothing in a colour of a label says what it stands for, and a translator that
has to guess may take trees for the sky. Painted in the mean colours that their
classes have in other labelled images, label maps look like a plain version
of a photograph. Paint what is trained on and what is translated alike.
Example:

  python experiments/paint_labels.py --labels=cityscapes/train@right \\
      --label_space=cityscapes_palette --measured=camvid/train \\
      --measured_labels=camvid/trainannot --measured_label_space=camvid \\
      --measured_size=360x480 --output=painted/train
"""

import pathlib

from absl import flags
from cli import quiet_imports
from cli import run
from cli import show_label_shares
from path_flags import check_folders_to_write
from path_flags import check_images
from translation_jobs import refuse_existing
from translation_jobs import refuse_inputs

FLAGS = flags.FLAGS
flags.DEFINE_string("labels", None, "Label maps to paint.", required=True)
flags.DEFINE_string(
    "measured",
    None,
    "Images whose classes have the colours that are wanted.",
    required=True,
)
flags.DEFINE_string(
    "measured_labels", None, "Labels of --measured.", required=True
)
for _prefix in ("", "measured_"):
    flags.DEFINE_string(
        f"{_prefix}label_space",
        "cityscapes_train_ids",
        f"Numbers of --{_prefix}labels, as in adapt.py.",
    )
flags.DEFINE_list(
    "source_endings",
    [],
    "How names of --measured and of labels end where this does not count: "
    "_leftImg8bit,_gtFine_labelIds. Of --labels, files with such an ending are "
    "painted alone, if there are any.",
)
flags.DEFINE_string(
    "measured_size", "", "Size of these images, as in adapt.py."
)
flags.DEFINE_string(
    "output", None, "Folder for the images, PNG.", required=True
)
flags.DEFINE_bool("overwrite", False, "Replace images that are there already.")


def main(_):
    check_images("labels", "measured", "measured_labels")
    check_folders_to_write("output")
    with quiet_imports():
        from semst_tf.adaptation import LabelledImages
        from semst_tf.data.label_spaces import CITYSCAPES_CLASSES

    # A label map is an image, too, and its own label.
    maps = LabelledImages(
        FLAGS.labels,
        FLAGS.labels,
        FLAGS.label_space,
        endings=ending_of(FLAGS.labels),
    )
    show_label_shares("labels", maps.shares)
    measured = LabelledImages(
        FLAGS.measured,
        FLAGS.measured_labels,
        FLAGS.measured_label_space,
        size=FLAGS.measured_size or None,
        endings=FLAGS.source_endings,
    )
    show_label_shares("measured_labels", measured.shares)
    output = pathlib.Path(FLAGS.output)
    paths = [output / f"{name}.png" for name in maps.names]
    refuse_inputs([*maps.files, *measured.files], paths)
    if not FLAGS.overwrite:
        refuse_existing(paths)
    colours, mean = class_colours(measured)
    unknown = [
        CITYSCAPES_CLASSES[number]
        for number in maps.classes
        if number not in colours
    ]
    if unknown:
        print(f"in the mean of all colours: {', '.join(unknown)}")
    paint(maps, colours, mean, paths)
    print(f"wrote {len(maps)} images to {output}")


def ending_of(folder):
    """The ending among --source_endings that files have, as a list."""
    from semst_tf.data import ImageCollection
    from semst_tf.data.pairing import image_name

    names = ImageCollection(folder).relative_names
    return [
        ending
        for ending in FLAGS.source_endings
        if any(image_name(name, [ending]) is not None for name in names)
    ][:1]


def class_colours(images):
    """Measures the mean colour of every class, and of all pixels.

    Args:
        images: `LabelledImages`.

    Returns:
        Dict from Cityscapes training classes to arrays of three values from 0
        to 255, and one such array.
    """
    import numpy as np

    sums, counts = np.zeros((256, 3)), np.zeros(256)
    for index in range(len(images)):
        label = images.label(index).ravel()
        image = images.image(index).reshape(-1, 3)
        counts += np.bincount(label, minlength=256)
        for channel in range(3):
            sums[:, channel] += np.bincount(label, image[:, channel], 256)
    colours = {
        number: sums[number] / counts[number] for number in images.classes
    }
    return colours, sums.sum(0) / counts.sum()


def paint(maps, colours, mean, paths):
    """Writes label maps in the colours of their classes.

    Args:
        maps: `LabelledImages`.
        colours: Dict from classes to their colours.
        mean: Colour of what has no class, or one without a colour.
        paths: List of the files to write; missing folders are made.
    """
    import numpy as np

    from semst_tf.data.image_files import write_image

    table = np.tile(mean, (256, 1))
    for number, colour in colours.items():
        table[number] = colour
    table = np.rint(table).astype("uint8")
    for index, path in enumerate(paths):
        path.parent.mkdir(parents=True, exist_ok=True)
        write_image(path, table[maps.label(index)])


if __name__ == "__main__":
    run(main)
