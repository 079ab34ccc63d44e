"""Measures memory and time of translating large pictures in each mode.

Every measurement is a process of its own, on a synthetic picture, with an
untrained generator: neither changes with the weights. With --page the table
goes into a Markdown page, between its lines `<!-- begin memory -->` and
`<!-- end memory -->`. Example:

  python experiments/memory_table.py --filters=16 \
      --sizes=512x256,1024x512,2048x1024 --output=memory.json \
      --page=docs/high_resolution.md
"""

import json
import os
import pathlib
import resource
import subprocess
import sys
import time

from absl import flags
from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_list(
    "sizes",
    ["512x256", "1024x512", "2048x1024", "4096x2048", "8192x4096"],
    "Pictures to translate, as WIDTHxHEIGHT.",
)
flags.DEFINE_list("modes", ["whole", "tiled", "exact_tiled"], "What to try.")
flags.DEFINE_integer("filters", 64, "Filters of the generator.")
flags.DEFINE_integer("tile", 512, "Side of the tiles, in pixels.")
flags.DEFINE_integer(
    "limit", 3600, "Seconds after which a measurement is given up."
)
flags.DEFINE_string("output", None, "JSON file to write.")
flags.DEFINE_string("page", None, "Markdown page to put the table into.")
flags.DEFINE_bool("one", False, "Measure in this process and print JSON.")


def main(_):
    if FLAGS.one:
        print(json.dumps(measured_here(FLAGS.modes[0], FLAGS.sizes[0])))
        return
    rows = [
        measured(mode, size) for size in FLAGS.sizes for mode in FLAGS.modes
    ]
    result = {
        "filters": FLAGS.filters,
        "tile": FLAGS.tile,
        "processors": os.cpu_count(),
        "rows": rows,
    }
    text = table(result)
    print(text)
    if FLAGS.output:
        path = pathlib.Path(FLAGS.output)
        path.write_text(json.dumps(result, indent=2) + "\n")
    if FLAGS.page:
        write_table(pathlib.Path(FLAGS.page), text)


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
            row = {"refused": last}
    row = {"size": size, "mode": mode, **row}
    print(row, file=sys.stderr)
    return row


def measured_here(mode, size):
    """Peak memory and time of one translation in this process."""
    with quiet_imports():
        import numpy as np

        from semst_tf.networks import ResNetGenerator
        from semst_tf.translate import translate

    width, height = map(int, size.split("x"))
    generator = ResNetGenerator(FLAGS.filters, seed=0)
    line = np.arange(width * 3, dtype="uint32").reshape(width, 3)
    picture = np.empty((height, width, 3), "uint8")
    for row in range(height):
        picture[row] = (line * (row + 1)) % 251
    tile = None if mode == "whole" else FLAGS.tile
    before = peak()
    start = time.perf_counter()
    translate(generator, picture, mode=mode, tile=tile)
    return {
        "seconds": time.perf_counter() - start,
        "peak": peak(),
        "before": before,
    }


def peak():
    """Largest resident memory of this process so far, in bytes."""
    used = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return used if sys.platform == "darwin" else 1024 * used


def table(result):
    """The figures as Markdown."""
    lines = [
        f"Untrained generator with {result['filters']} filters and 9 blocks, "
        f"tiles of {result['tile']}, {result['processors']} processors. Peak "
        "resident memory of the process, Python and TensorFlow included; wall "
        "clock, which other work on the machine lengthens.",
        "",
        "| picture | mode | peak memory | time |",
        "|---|---|---|---|",
    ]
    for row in result["rows"]:
        if "refused" in row:
            figures = f"not measured: {row['refused'].split(';')[0]} | "
        else:
            figures = f"{row['peak'] / 2**30:.2f} GiB | {row['seconds']:.0f} s"
        lines.append(f"| {row['size']} | `{row['mode']}` | {figures} |")
    return "\n".join([*lines, ""])


def write_table(page, text):
    """Replaces the table in a page."""
    content = page.read_text()
    begin, end = "<!-- begin memory -->", "<!-- end memory -->"
    before, found, rest = content.partition(begin)
    _, closed, after = rest.partition(end)
    if not found or not closed:
        raise ValueError(f"{page} has no lines {begin} and {end}")
    page.write_text(f"{before}{begin}\n{text}{end}{after}")


if __name__ == "__main__":
    run(main)
