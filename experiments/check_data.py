"""Checks the images of both domains before training.

Counts images, sizes and channels; names unreadable, truncated and too small
files; notices empty folders and images that are in both domains. Nothing is
changed.

Example:
  python experiments/check_data.py --source=game --target=street --crop_size=256

Source and target are folders (searched with their subfolders), or
tfds:<name>[@<split>] for a TensorFlow Datasets set. Add @left or @right to a
folder of side-by-side files to take one half of each.

Exit code 0: ready to train. 2: problems, named in one line on stderr.
"""

import sys

import dataroot
from absl import flags
from cli import quiet_imports
from cli import run
from path_flags import check_images
from shared_flags import define_max_pixels

FLAGS = flags.FLAGS

flags.DEFINE_string("source", None, "Images to translate.")
flags.DEFINE_string("target", None, "Images to look like.")
dataroot.define_flags("trainA", "trainB")
flags.DEFINE_string(
    "crop_size",
    None,
    "Training crop in pixels, 256 or 256x512 (height x width); every image "
    "must be at least as large. Not checked where it is not given.",
)
flags.DEFINE_string(
    "resize",
    None,
    "As in training: a width (512), height x width (256x512) or the shorter "
    "side (short:286).",
)
flags.DEFINE_string("target_resize", None, "The same for target images alone.")
flags.DEFINE_string(
    "matching",
    None,
    "Feature such as efficientnet_lite0/stride_16, or labels. Shows how much "
    "of source and target crops has the same classes, to the segmenter that "
    "ships, with --set=data.matching of this and without. Reads all images; "
    "needs --crop_size, and --source_labels and --target_labels for labels.",
)
flags.DEFINE_string(
    "source_labels",
    None,
    "Folder of labels of the source, as data.source_labels: shows which "
    "classes they have, and what does not fit.",
)
flags.DEFINE_string("target_labels", None, "The same of the target.")
flags.DEFINE_string(
    "source_label_space",
    "cityscapes_train_ids",
    "Meaning of their numbers, as data.source_label_space.",
)
flags.DEFINE_string(
    "target_label_space", "cityscapes_train_ids", "The same of the target."
)
flags.DEFINE_list(
    "source_label_endings",
    [],
    "How names of images and labels end where this does not count: "
    "_leftImg8bit,_gtFine_labelIds.",
)
flags.DEFINE_list("target_label_endings", [], "The same of the target.")
flags.DEFINE_integer(
    "label_classes",
    None,
    "Classes of labels in the space index.",
    lower_bound=2,
)
flags.DEFINE_integer(
    "matching_neighbours", 8, "As data.matching_neighbours.", lower_bound=1
)
flags.DEFINE_integer("pairs", 200, "Pairs of crops for it.", lower_bound=1)
flags.DEFINE_integer(
    "channels",
    3,
    "Channels of the generator: grey becomes colour and colour grey, as in "
    "training. Images with others are named.",
)
flags.DEFINE_enum(
    "slice_plane",
    "axial",
    ["axial", "coronal", "sagittal"],
    "What volumes are cut along, as data.slice_plane.",
)
flags.DEFINE_integer(
    "slide_level", 0, "Level of whole slides, as data.slide_level.", 0
)
flags.DEFINE_list(
    "value_range",
    None,
    "Stored values that stand for black and white in source images, for "
    "example 0,1 or -1000,2060; values outside become its ends. For target "
    "images too unless --target_value_range is given.",
)
flags.DEFINE_list(
    "target_value_range", None, "The same for target images alone."
)
flags.DEFINE_float(
    "minimum_valid",
    1.0,
    "Share of a crop that must hold data, as data.minimum_valid; of GeoTIFFs "
    "with a nodata value.",
    lower_bound=0.001,
    upper_bound=1.0,
)
define_max_pixels()
flags.DEFINE_bool(
    "skip_bad",
    False,
    "Accept that unreadable and too small images will be left out.",
)
flags.DEFINE_bool("thorough", False, "Decode every image, not just headers.")


def main(_):
    source, target = dataroot.places(
        "train", "source", "target", ("source", "target")
    )
    check_images("source", "target", "source_labels", "target_labels")
    check_matching()
    # After the flags are parsed: --help must not wait for the package.
    with quiet_imports():
        from semst_tf import data
        from semst_tf.data.pixel_limit import set_max_pixels

    set_max_pixels(FLAGS.max_pixels)
    report = data.check_images(
        *domains(source, target),
        crop_size=FLAGS.crop_size,
        thorough=FLAGS.thorough,
        minimum_valid=FLAGS.minimum_valid,
    )
    print(report)
    report.raise_for_problems(FLAGS.skip_bad)
    if report.skipped:
        print(f"{len(report.skipped)} images will be left out (--skip_bad)")
    images = (report.source.usable, report.target.usable)
    labels = [
        checked_labels(domain, of)
        for domain, of in zip(("source", "target"), images)
    ]
    if FLAGS.matching is not None:
        by_labels = FLAGS.matching == "labels"
        show_agreement(*images, labels if by_labels else None)


def check_matching():
    """Raises if --matching lacks what it compares."""
    by_labels = FLAGS.matching == "labels"
    if by_labels and None in (FLAGS.source_labels, FLAGS.target_labels):
        raise ValueError(
            "--matching=labels needs --source_labels and --target_labels. "
            f"Received: {FLAGS.source_labels} and {FLAGS.target_labels}"
        )
    if FLAGS.matching is not None and FLAGS.crop_size is None:
        raise ValueError(
            "--matching compares crops; give --crop_size. "
            f"Received: --matching={FLAGS.matching}"
        )


def domains(source, target):
    """Opens the images of both domains as the flags say, a list."""
    from semst_tf.data import ImageCollection

    return [
        ImageCollection(
            images,
            resize=resize,
            channels=FLAGS.channels,
            value_range=value_range,
            default_split=split,
            slice_plane=FLAGS.slice_plane,
            slide_level=FLAGS.slide_level,
        )
        for images, split, resize, value_range in (
            (source, "trainA", FLAGS.resize, FLAGS.value_range),
            (
                target,
                "trainB",
                FLAGS.target_resize or FLAGS.resize,
                FLAGS.target_value_range or FLAGS.value_range,
            ),
        )
    ]


def checked_labels(domain, images):
    """Reads the labels of a domain, and shows which classes they have."""
    place = FLAGS[f"{domain}_labels"].value
    if place is None:
        return None
    from semst_tf.data import TrainingLabels

    space = FLAGS[f"{domain}_label_space"].value
    classes = FLAGS.label_classes or {"mask": 2}.get(space, 19)
    try:
        labels = TrainingLabels.of(
            images,
            place,
            space,
            classes,
            FLAGS[f"{domain}_label_endings"].value,
        )
        shares = labels.check()
    except ValueError as error:
        raise ValueError(f"--{domain}_labels: {error}") from error
    print(f"--{domain}_labels: {shares}")
    if shares.doubt():
        print(f"warning: --{domain}_labels: {shares.doubt()}", file=sys.stderr)
    return labels


def show_agreement(source, target, labels=None):
    """Prints how alike pairs of crops are, drawn independently and matched."""
    from semst_tf.data import CropIndex
    from semst_tf.data import UnpairedSampler
    from semst_tf.data.training_labels import class_histogram
    from semst_tf.metrics.crop_agreement import crop_agreement
    from semst_tf.pretrained import describe_images
    from semst_tf.training.print_progress import print_progress

    if labels is None:
        described, describe = (source, target), describe_images(FLAGS.matching)
    else:
        described, describe = labels, class_histogram(labels[0].classes)
    index = CropIndex.build(
        *described,
        FLAGS.crop_size,
        describe,
        FLAGS.matching_neighbours,
        print_progress("describing crops"),
    )
    for name, matching in (("independent", None), (FLAGS.matching, index)):
        sampler = UnpairedSampler(
            source, target, crop_size=FLAGS.crop_size, matching=matching
        )
        share = crop_agreement(sampler, FLAGS.pairs)
        print(f"classes in common, {FLAGS.pairs} pairs, {name}: {share:.3f}")


if __name__ == "__main__":
    run(main)
