"""Trains a translator from two folders of unpaired images.

Everything lands in --workdir; the same command continues a training that was
stopped, see docs/long_runs.md. Exit codes: 0 trained, 2 wrong input, full disk
or numbers that are not finite, 75 saved and stopped by SIGTERM, 130 by Ctrl-C.
Example:

  python experiments/train.py --source=photos/game --target=photos/street \\
      --workdir=runs/street --set=generator.filters=32
"""

import dataroot
import training_flags
from absl import flags
from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
training_flags.define_flags(preset=training_flags.AUTO)
for _domain in ("source", "target"):
    flags.DEFINE_enum(
        f"{_domain}_layout",
        None,
        ["cityscapes", "gta5", "synthia", "virtual_kitti", "carla"],
        f"--{_domain} is a data set laid out as this one: only its images are "
        "trained on, not its labels and depths.",
    )


def main(_):
    source, target = dataroot.places(
        "train", "source", "target", ("source", "target", "workdir")
    )
    training_flags.check_flags()
    with quiet_imports():
        from semst_tf.config.preset_configs import preset_config

    training_flags.prepare()
    source = layout_images(source, FLAGS.source_layout)
    target = layout_images(target, FLAGS.target_layout)
    preset = training_flags.chosen_preset(source, target)
    config = preset_config(preset).replace(training_flags.overrides())
    return training_flags.trained(config, source, target)


def layout_images(place, layout):
    """The images of a data set as a list of files, if a layout is given."""
    if layout is None:
        return place
    from semst_tf.data.layouts import find_layout

    files = find_layout(place, layout)
    return [files.root / name for name in files.images]


if __name__ == "__main__":
    run(main)
