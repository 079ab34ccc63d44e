"""Trains a translator from two folders of unpaired pictures.

Everything lands in --workdir; the same command continues a training that was
stopped. Example:

  python experiments/train.py --preset=semst --source=photos/game \
      --target=photos/street --workdir=runs/street --set=generator.filters=32
"""

import shlex

from absl import flags
from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "preset",
    "semst",
    "Named configuration to start from: tiny, cut, fastcut, hneg_src, semst.",
)
flags.DEFINE_string(
    "source",
    None,
    "Source pictures: a folder, searched with its subfolders; a folder@left "
    "or folder@right for one half of side-by-side files; or "
    "tfds:name[/config][@split].",
    required=True,
)
flags.DEFINE_string(
    "target", None, "Target pictures, in the same ways.", required=True
)
flags.DEFINE_string(
    "workdir", None, "Run directory; made if it is missing.", required=True
)
flags.DEFINE_integer(
    "steps", None, "Length of the training; short for --set=optimizer.steps."
)
flags.DEFINE_integer("seed", None, "Seed of everything; short for --set=seed.")
flags.DEFINE_multi_string(
    "set",
    [],
    "Override a field of the configuration, as often as needed: "
    "--set=generator.filters=32 --set=data.crop_size=128. All fields: "
    "docs/options.md.",
)
flags.DEFINE_enum(
    "dtype",
    "float32",
    ["float32", "mixed_bfloat16", "mixed_float16"],
    "Precision policy. mixed_bfloat16 is nearly twice as fast on processors "
    "that have it.",
)
flags.DEFINE_integer(
    "interval", 100, "Steps that a point of the loss curves averages over."
)
flags.DEFINE_integer("checkpoint_every", 500, "Steps between checkpoints.")
flags.DEFINE_integer("sample_every", 500, "Steps between sample grids.")
flags.DEFINE_bool(
    "skip_bad", False, "Leave out unreadable pictures instead of stopping."
)


def main(_):
    with quiet_imports():
        from semst_tf.presets import preset_config
        from semst_tf.training_run import TrainingRun

    config = preset_config(FLAGS.preset).replace(overrides())
    training = TrainingRun(
        FLAGS.workdir,
        config,
        FLAGS.source,
        FLAGS.target,
        interval=FLAGS.interval,
        checkpoint_every=FLAGS.checkpoint_every,
        sample_every=FLAGS.sample_every,
        dtype=FLAGS.dtype,
        skip_bad=FLAGS.skip_bad,
    )
    training.train()
    print(f"trained: {FLAGS.workdir}/model.keras")
    print(
        "translate: python experiments/translate.py "
        f"--model={shlex.quote(FLAGS.workdir)} "
        "--input=picture.jpg --output=translated"
    )


def overrides():
    """Reads --set, --steps and --seed as fields of the configuration."""
    fields = {}
    for assignment in FLAGS.set:
        name, equals, value = assignment.partition("=")
        if not equals:
            raise ValueError(f"--set takes field=value. Received: {assignment}")
        fields[name] = value
    if FLAGS.steps is not None:
        fields["optimizer.steps"] = FLAGS.steps
    if FLAGS.seed is not None:
        fields["seed"] = FLAGS.seed
    return fields


if __name__ == "__main__":
    run(main)
