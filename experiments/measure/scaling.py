"""Measures how training speeds up with more devices.

Trains the same preset on one, two ... devices with the same number of
images on each, prints images a second, and writes them as JSON. Every
count runs in a process of its own. Example, on a machine of four GPUs:

  python experiments/measure/scaling.py \\
      --preset=semst --counts=1,2,4 \\
      --output=scaling.json
"""

import json
import pathlib
import subprocess
import sys
import time

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string("preset", "semst", "Named configuration.")
flags.DEFINE_multi_string(
    "set", [], "Override a field, as --set=generator.filters=32."
)
flags.DEFINE_list("counts", ["1", "2"], "Numbers of devices to try.")
flags.DEFINE_enum("kind", "gpu", ["gpu", "cpu"], "Devices to use.")
flags.DEFINE_integer("images", 1, "Images a step on each device.")
flags.DEFINE_integer("size", 256, "Height and width of the crops.")
flags.DEFINE_integer("steps", 50, "Steps that are timed.")
flags.DEFINE_integer("warm_up", 5, "Steps before the timing.")
flags.DEFINE_string("dtype", "float32", "Precision policy.")
flags.DEFINE_string("output", None, "File for the figures, JSON.")
flags.DEFINE_integer("measure", None, "One count only, as one line of JSON.")


def main(_):
    if FLAGS.measure:
        print(json.dumps({"images_per_second": measured(FLAGS.measure)}))
        return
    rows = []
    for count in FLAGS.counts:
        row = {"devices": int(count), **in_own_process(count)}
        rows.append(row)
        speed = row["images_per_second"]
        row["speed_up"] = round(speed / rows[0]["images_per_second"], 3)
        print(
            f"{count} {FLAGS.kind}: {speed:.2f} images a second, "
            f"{row['speed_up']:.2f} times the first row"
        )
    if FLAGS.output:
        with quiet_imports():
            from semst_tf.storage.atomic_files import write_json

        write_json(FLAGS.output, {"settings": settings(), "rows": rows})


def settings():
    """What was measured, for the file."""
    names = ("preset", "set", "kind", "images", "size", "steps", "dtype")
    return {name: FLAGS[name].value for name in names}


def in_own_process(count):
    """Measures one count where TensorFlow has not been used yet."""
    result = subprocess.run(
        [sys.executable, *sys.argv, f"--measure={count}"],
        stdout=subprocess.PIPE,
        text=True,
    )
    if result.returncode:
        raise ValueError(
            f"The measurement failed. Received: {count} {FLAGS.kind}"
        )
    return json.loads(result.stdout.splitlines()[-1])


def measured(count):
    """Images a second of training on random images."""
    from semst_tf.distribution.devices import distribution_strategy

    names = [f"gpu:{number}" for number in range(count)]
    devices = f"cpu:{count}" if FLAGS.kind == "cpu" else ",".join(names)
    with quiet_imports():
        strategy = distribution_strategy(devices)
        import tensorflow as tf

        from semst_tf import SemST
        from semst_tf import preset_config
    fields = dict(assignment.split("=", 1) for assignment in FLAGS.set)
    config = preset_config(FLAGS.preset).replace(fields)
    with strategy.scope():
        model = SemST(config, dtype=FLAGS.dtype)
        model.compile()
    shape = (FLAGS.images * count, FLAGS.size, FLAGS.size)
    generator = config.generator
    images = {
        "source": tf.random.uniform((*shape, generator.input_channels), -1, 1),
        "target": tf.random.uniform((*shape, generator.output_channels), -1, 1),
    }
    data = tf.data.Dataset.from_tensors(images).repeat()
    model.fit(data, steps_per_epoch=FLAGS.warm_up, verbose=0)
    start = time.perf_counter()
    # Reading the losses at the end of `fit` waits for the devices.
    model.fit(data, steps_per_epoch=FLAGS.steps, verbose=0)
    return FLAGS.steps * shape[0] / (time.perf_counter() - start)


if __name__ == "__main__":
    run(main)
