"""Measures memory and time of large images: translating and training.

Every measurement is a process of its own, on synthetic images, with an
untrained generator: neither changes with the weights. Rows that --output holds
already, of the same settings, are not measured again, so that the command goes
on where it was stopped. With --page the tables go into a Markdown page, between
its lines `<!-- begin memory -->` and `<!-- end memory -->`. Example:

  python experiments/measure/memory_table.py \\
      --filters=16 \\
      --sizes=512x256,1024x512,2048x1024 --crops=256,512 \\
      --output=docs/results/memory.json --page=docs/high_resolution.md
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import time

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from page_table import put_table

FLAGS = flags.FLAGS
flags.DEFINE_list(
    "sizes",
    ["512x256", "1024x512", "2048x1024", "4096x2048", "8192x4096"],
    "Images to translate, as WIDTHxHEIGHT.",
)
flags.DEFINE_list("modes", ["whole", "tiled", "exact_tiled"], "What to try.")
flags.DEFINE_list(
    "crops",
    [],
    "Sides of the squares that a training step sees; a training at two scales "
    "has details of half of it.",
)
flags.DEFINE_list(
    "presets", ["semst", "semst_multiscale"], "Trainings to compare on --crops."
)
flags.DEFINE_integer("filters", 64, "Filters of the networks.")
flags.DEFINE_integer("tile", 512, "Side of the tiles, in pixels.")
flags.DEFINE_integer("steps", 2, "Training steps that are timed.")
flags.DEFINE_integer(
    "limit", 3600, "Seconds after which a measurement is given up."
)
flags.DEFINE_string("output", None, "JSON file to write.")
flags.DEFINE_string("page", None, "Markdown page to put the tables into.")
flags.DEFINE_bool("one", False, "Measure in this process and print JSON.")


def main(_):
    if FLAGS.one:
        print(json.dumps(measured_here(FLAGS.modes[0], FLAGS.sizes[0])))
        return
    result = earlier_result()
    wanted = [(size, mode) for size in FLAGS.sizes for mode in FLAGS.modes]
    wanted += [
        (f"{crop}x{crop}", preset)
        for crop in FLAGS.crops
        for preset in FLAGS.presets
    ]
    known = {(row["size"], row["mode"]) for row in result["rows"]}
    for size, mode in wanted:
        if (size, mode) not in known:
            result["rows"].append(measured(mode, size))
            write_result(result)
    text = tables(result)
    print(text)
    if FLAGS.page:
        put_table(pathlib.Path(FLAGS.page), "memory", text)


def earlier_result():
    """What --output holds, if it was measured with the same settings."""
    result = {
        "filters": FLAGS.filters,
        "tile": FLAGS.tile,
        "processors": os.cpu_count(),
        "rows": [],
    }
    if FLAGS.output and pathlib.Path(FLAGS.output).exists():
        earlier = json.loads(pathlib.Path(FLAGS.output).read_text())
        if {**earlier, "rows": []} != result:
            raise ValueError(
                "--output was measured with other settings; name another "
                f"file. Received: --output={FLAGS.output}"
            )
        return earlier
    return result


def write_result(result):
    """Writes --output, so that nothing that took long is lost."""
    if FLAGS.output:
        path = pathlib.Path(FLAGS.output)
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(json.dumps(result, indent=2) + "\n")


def measured(mode, size):
    """One row, measured in a process of its own."""
    command = [
        sys.executable,
        __file__,
        "--one",
        f"--modes={mode}",
        f"--sizes={size}",
        f"--filters={FLAGS.filters}",
        f"--tile={FLAGS.tile}",
        f"--steps={FLAGS.steps}",
    ]
    try:
        done = subprocess.run(
            command, capture_output=True, text=True, timeout=FLAGS.limit
        )
    except subprocess.TimeoutExpired:
        row = {"refused": f"not done after {FLAGS.limit} s"}
    else:
        if done.returncode == 0:
            row = json.loads(done.stdout.splitlines()[-1])
        else:
            last = (done.stderr.strip() or "killed").splitlines()[-1]
            row = {"refused": last.removeprefix("memory_table: ")}
    row = {"size": size, "mode": mode, **row}
    print(row, file=sys.stderr)
    return row


def measured_here(mode, size):
    """Peak memory and time of one measurement in this process."""
    width, height = map(int, size.split("x"))
    if mode in FLAGS.presets:
        return measured_training(mode, width)
    return measured_translation(mode, width, height)


def measured_translation(mode, width, height):
    """Translates one synthetic image."""
    with quiet_imports():
        import numpy as np

        from semst_tf.inference.translate import translate
        from semst_tf.networks import ResNetGenerator

    generator = ResNetGenerator(FLAGS.filters, seed=0)
    line = np.arange(width * 3, dtype="uint32").reshape(width, 3)
    image = np.empty((height, width, 3), "uint8")
    for row in range(height):
        image[row] = (line * (row + 1)) % 251
    tile = None if mode == "whole" else FLAGS.tile
    before = peak()
    start = time.perf_counter()
    translate(generator, image, mode=mode, tile=tile)
    return {
        "seconds": time.perf_counter() - start,
        "peak": peak(),
        "before": before,
    }


def measured_training(preset, crop):
    """Trains on one pair of synthetic crops."""
    with quiet_imports():
        import tensorflow as tf

        from semst_tf import SemST
        from semst_tf import preset_config

    fields = {
        "generator.filters": FLAGS.filters,
        "discriminator.filters": FLAGS.filters,
        "data.crop_size": crop,
    }
    config = preset_config(preset).replace(fields)
    if config.multi_scale.fusion:
        config = config.replace({"multi_scale.detail_size": crop // 2})
    model = SemST(config)
    model.compile()
    images = {
        name: tf.random.stateless_uniform((1, crop, crop, 3), (seed, 0), -1, 1)
        for seed, name in enumerate(("source", "target"))
    }
    data = tf.data.Dataset.from_tensors(images).repeat()
    before = peak()
    model.fit(data, steps_per_epoch=1, verbose=0)  # Compiles.
    start = time.perf_counter()
    model.fit(data, steps_per_epoch=FLAGS.steps, verbose=0)
    return {
        "seconds": (time.perf_counter() - start) / FLAGS.steps,
        "peak": peak(),
        "before": before,
    }


def peak():
    """Largest resident memory of this process so far, in bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else 1024 * used


def tables(result):
    """The figures as Markdown."""
    modes = ("whole", "tiled", "exact_tiled")
    # Rows of a later call come last, whatever their size.
    by_size = sorted(result["rows"], key=lambda row: pixels(row["size"]))
    rows = [row for row in by_size if row["mode"] in modes]
    steps = [row for row in by_size if row["mode"] not in modes]
    lines = [
        f"Untrained networks with {result['filters']} filters and 9 blocks, "
        f"tiles of {result['tile']}, {result['processors']} processors. Peak "
        "resident memory of the process, Python and TensorFlow included; wall "
        "clock, which other work on the machine lengthens.",
    ]
    if rows:
        lines += ["", *table("image | mode", "time", rows)]
    if steps:
        lines += ["", *table("field of view | training", "a step", steps)]
    return "\n".join([*lines, ""])


def pixels(size):
    """Pixels of an image that is named WIDTHxHEIGHT."""
    width, height = map(int, size.split("x"))
    return width * height


def table(names, time_name, rows):
    """Lines of one table."""
    lines = [f"| {names} | peak memory | {time_name} |", "|---|---|---|---|"]
    for row in rows:
        if "refused" in row:
            figures = f"not measured: {row['refused'].split(';')[0]} | "
        else:
            figures = f"{row['peak'] / 2**30:.2f} GiB | {row['seconds']:.3g} s"
        lines.append(f"| {row['size']} | `{row['mode']}` | {figures} |")
    return lines


if __name__ == "__main__":
    run(main)
