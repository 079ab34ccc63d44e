"""Trains a small, fast translator to do what a big one does.

The teacher is a model (--teacher), or a folder of its images of any origin
(--teacher_images), paired with the source images by name. Its translations are
made once and kept, see --cache. Everything else is as in train.py: --workdir
holds the training, and the same command continues one that was stopped.
Example:

  python experiments/distill.py --teacher=runs/street --preset=fast \\
      --source=photos/game --target=photos/street --workdir=runs/fast
"""

import pathlib

import dataroot
import training_flags
from absl import flags
from cli import quiet_imports
from cli import run
from path_flags import check_folders_to_write
from path_flags import check_images
from path_flags import check_models

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "teacher",
    None,
    "The translator to learn from: a run directory, a .keras file, a "
    "SavedModel, a latest_net_G.pth of the CUT family, or the name of a "
    "translator that ships with the package.",
)
flags.DEFINE_float(
    "teacher_strength",
    None,
    "Blend strength of a teacher with a residual output, from 0 to 1, in the "
    "place of its own.",
)
flags.DEFINE_integer(
    "teacher_guided_radius",
    None,
    "Radius of a guided filter behind the teacher, as in translate.py.",
    lower_bound=0,
)
flags.DEFINE_string(
    "teacher_images",
    None,
    "In the place of --teacher: a folder with one image for each source "
    "image, of the same name and size.",
)
flags.DEFINE_string(
    "cache",
    None,
    "Folder that keeps translations of the teacher, for this training and "
    "others. Defaults to `teacher` in --workdir.",
)
training_flags.define_flags(preset="fast")


def main(_):
    source, target = dataroot.places(
        "train", "source", "target", ("source", "target", "workdir")
    )
    check_flags()
    training_flags.check_flags()
    with quiet_imports():
        from semst_tf.distillation.student_config import student_config

    training_flags.prepare()
    config = student_config(FLAGS.preset, training_flags.overrides())
    return training_flags.trained(config, source, target, pairs(source, config))


def check_flags():
    """Raises for what can be seen before anything is loaded."""
    given = [n for n in ("teacher", "teacher_images") if FLAGS[n].value]
    if len(given) != 1:
        raise ValueError(
            "Either --teacher or --teacher_images is needed. Received: "
            f"{' and '.join(f'--{name}' for name in given) or 'none'}"
        )
    for name in ("teacher_strength", "teacher_guided_radius", "cache"):
        if FLAGS.teacher is None and FLAGS[name].value is not None:
            raise ValueError(
                f"--{name} belongs to --teacher. Received: --{name}="
                f"{FLAGS[name].value} with --teacher_images"
            )
    check_models("teacher")
    check_images("teacher_images")
    check_folders_to_write("cache")


def pairs(source, config):
    """Source images and what the teacher makes of them."""
    from semst_tf.distillation.teacher_pairs import given_pairs
    from semst_tf.distillation.teacher_pairs import teacher_pairs
    from semst_tf.loading.load_translator import load_translator
    from semst_tf.training.print_progress import print_progress

    if FLAGS.teacher_images is not None:
        return given_pairs(FLAGS.teacher_images, source, config)
    cache = FLAGS.cache or pathlib.Path(FLAGS.workdir) / "teacher"
    with quiet_imports():
        teacher = load_translator(
            FLAGS.teacher, FLAGS.teacher_strength, FLAGS.teacher_guided_radius
        )
    return teacher_pairs(
        teacher,
        source,
        config,
        cache,
        print_progress("translating by the teacher"),
    )


if __name__ == "__main__":
    run(main)
