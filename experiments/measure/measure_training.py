"""Measures a training: time of a step, time of a save, memory.

Trains on random images in a temporary folder. Compare with and without a
setting by two calls. Example:

  python experiments/measure/measure_training.py \\
      --preset=semst \\
      --set=training.rematerialise=true
"""

import pathlib
import resource
import sys
import tempfile
import time

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string("preset", "semst", "Named configuration to start from.")
flags.DEFINE_multi_string(
    "set", [], "Override a field of the configuration, as in train.py."
)
flags.DEFINE_string("dtype", "float32", "Precision policy.")
flags.DEFINE_integer("steps", 5, "Steps that are timed.", lower_bound=1)
flags.DEFINE_integer(
    "checkpoint_every", 500, "Steps between saves, for the share of the time."
)


def main(_):
    with quiet_imports():
        from semst_tf import SemST
        from semst_tf.callbacks import Checkpoints
        from semst_tf.config.preset_configs import preset_config

    fields = dict(text.split("=", 1) for text in FLAGS.set)
    config = preset_config(FLAGS.preset).replace(fields)
    model = SemST(config, dtype=FLAGS.dtype)
    model.compile()
    data = _random_images(config)
    model.fit(data, steps_per_epoch=1, verbose=0)  # Compiles.
    start = time.perf_counter()
    model.fit(data, steps_per_epoch=FLAGS.steps, verbose=0)
    step = (time.perf_counter() - start) / FLAGS.steps
    saves = []
    with tempfile.TemporaryDirectory() as folder:
        checkpoints = Checkpoints(folder, every=FLAGS.checkpoint_every)
        checkpoints.set_model(model)
        for _ in range(3):
            start = time.perf_counter()
            size = checkpoints.save().stat().st_size
            saves.append(time.perf_counter() - start)
    save = sorted(saves)[1]
    share = save / (FLAGS.checkpoint_every * step + save)
    print(f"step: {step:.3f} s")
    print(f"save: {save:.3f} s for {size / 2**20:.0f} MiB")
    print(
        f"saving every {FLAGS.checkpoint_every} steps takes {share:.2%} of "
        "the time"
    )
    # Kibibytes on Linux.
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    print(f"peak memory of the process: {peak:.0f} MiB")
    return 0


def _random_images(config):
    import tensorflow as tf

    size = config.data.crop_height_width or (256, 256)
    count = config.data.batch_size
    images = {
        domain: tf.random.stateless_uniform(
            (count, *size, channels), (seed, 0), -1.0, 1.0
        )
        for seed, (domain, channels) in enumerate(
            {
                "source": config.generator.input_channels,
                "target": config.generator.output_channels,
            }.items()
        )
    }
    return tf.data.Dataset.from_tensors(images).repeat()


if __name__ == "__main__":
    run(main)
