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

import dataroot
from absl import flags
from cli import quiet_imports
from cli import run
from path_flags import check_images

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
flags.DEFINE_integer(
    "channels",
    3,
    "Channels of the generator: grey becomes colour and colour grey, as in "
    "training. Images with others are named.",
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
flags.DEFINE_integer(
    "max_pixels",
    None,
    "Pixels that an image file may have; 178956970 unless given, or "
    "SEMST_TF_MAX_PIXELS. A guard against files that claim to be huge.",
)
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
    check_images("source", "target")
    # After the flags are parsed: --help must not wait for the package.
    with quiet_imports():
        from semst_tf import data
        from semst_tf.data.pixel_limit import set_max_pixels

    set_max_pixels(FLAGS.max_pixels)

    domains = [
        data.ImageCollection(
            pictures,
            resize=FLAGS.resize,
            channels=FLAGS.channels,
            value_range=value_range,
            default_split=split,
        )
        for pictures, split, value_range in (
            (source, "trainA", FLAGS.value_range),
            (
                target,
                "trainB",
                FLAGS.target_value_range or FLAGS.value_range,
            ),
        )
    ]
    report = data.check_images(
        *domains, crop_size=FLAGS.crop_size, thorough=FLAGS.thorough
    )
    print(report)
    report.raise_for_problems(FLAGS.skip_bad)
    if report.skipped:
        print(f"{len(report.skipped)} images will be left out (--skip_bad)")


if __name__ == "__main__":
    run(main)
