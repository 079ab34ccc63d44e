"""Trains a translator from two folders of unpaired images.

Everything lands in --workdir; the same command continues a training that was
stopped, see docs/long_runs.md. Exit codes: 0 trained, 2 wrong input, full disk
or numbers that are not finite, 75 saved and stopped by SIGTERM, 130 by Ctrl-C.
Example:

  python experiments/train.py --preset=semst --source=photos/game \\
      --target=photos/street --workdir=runs/street --set=generator.filters=32
"""

import dataroot
import training_flags
from absl import flags
from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
training_flags.define_flags(preset="semst")


def main(_):
    source, target = dataroot.places(
        "train", "source", "target", ("source", "target", "workdir")
    )
    training_flags.check_flags()
    with quiet_imports():
        from semst_tf.config.preset_configs import preset_config

    training_flags.prepare()
    config = preset_config(FLAGS.preset).replace(training_flags.overrides())
    return training_flags.trained(config, source, target)


if __name__ == "__main__":
    run(main)
