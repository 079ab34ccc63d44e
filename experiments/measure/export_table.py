"""Measures the exports of a translator: size, speed, load time, parity.

Writes the figures as JSON, and with --page also as tables into a Markdown page,
between its lines `<!-- begin NAME -->` and `<!-- end NAME -->`. Example:

  python experiments/measure/export_table.py \\
      --model=runs/street --name=street \\
      --output=docs/results/export_street.json --page=docs/export.md

Times are processor times, because other work on the machine disturbs them less
than the wall clock: of one load, and the smallest of --runs translations on one
thread.
"""

import pathlib
import sys
import tempfile
import time

from absl import flags
from absl import logging

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from page_table import put_table

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "model",
    None,
    "Run directory, .keras or .pth file. Without it, an untrained generator "
    "of the default size, whose int8 parity says little.",
)
flags.DEFINE_string("name", None, "Name of the table.", required=True)
flags.DEFINE_string("output", None, "JSON file to write.", required=True)
flags.DEFINE_string("page", None, "Markdown page to put the table into.")
flags.DEFINE_list("sizes", ["256", "512"], "Sides of the images, in pixels.")
flags.DEFINE_integer("runs", 5, "Runs of which the fastest counts.")

SEAM_TILE, SEAM_OVERLAP = 128, 32


def main(_):
    logging.set_verbosity(logging.WARNING)
    # Before TensorFlow starts its threads.
    with quiet_imports():
        import tensorflow as tf

        from semst_tf.storage.atomic_files import write_json

    tf.config.threading.set_intra_op_parallelism_threads(1)
    tf.config.threading.set_inter_op_parallelism_threads(1)
    network = load_network()
    photos = sample_photos()
    rows = []
    for side in map(int, FLAGS.sizes):
        images = [fitted(photo, side) for photo in photos]
        rows += measured_exports(network, images, side)
    result = {
        "model": (
            pathlib.Path(FLAGS.model).name
            if FLAGS.model
            else "untrained default generator"
        ),
        "weights": network.count_params(),
        "threads": 1,
        "images": len(photos),
        "exports": rows,
        "tiles": measured_seam(network, photos[0]),
    }
    output = pathlib.Path(FLAGS.output)
    output.parent.mkdir(parents=True, exist_ok=True)
    write_json(output, result)
    if FLAGS.page:
        put_table(pathlib.Path(FLAGS.page), FLAGS.name, table(result))
    print(f"measured {len(rows)} exports: {FLAGS.output}")


def load_network():
    """Loads --model, or makes the default generator."""
    from semst_tf.loading.load_translator import load_translator
    from semst_tf.networks import ResNetGenerator

    if FLAGS.model is None:
        return ResNetGenerator(seed=0)
    return load_translator(FLAGS.model)


def sample_photos():
    """The colour photographs of the package, in [-1, 1]."""
    from semst_tf.data import ImageCollection
    from semst_tf.data import sample_photos

    photos = ImageCollection(sample_photos()[0], channels=3)
    return [photos.to_unit_range(photos.load(i)) for i in range(len(photos))]


def fitted(photo, side):
    """Mirrors a photo until it is large enough, and cuts a square."""
    import numpy as np

    height, width = photo.shape[:2]
    missing = [(0, max(0, side - height)), (0, max(0, side - width)), (0, 0)]
    return np.pad(photo, missing, "symmetric")[:side, :side]


def measured_exports(network, images, side):
    """Exports in every format and measures each; returns rows."""
    from semst_tf.export.write_litert import litert
    from semst_tf.export.write_litert import load_litert
    from semst_tf.export.write_saved_model import load_saved_model
    from semst_tf.export.write_saved_model import saved_model

    size = (side, side)
    held_out, calibration = images[:3], images[3:]
    rows = []
    with tempfile.TemporaryDirectory() as folder:
        folder = pathlib.Path(folder)
        place = saved_model(network, folder / "m", verbose=False)
        rows.append(
            measured(
                "SavedModel", side, network, place, load_saved_model, held_out
            )
        )
        for precision in ("float32", "float16", "int8"):
            path = folder / f"{precision}.tflite"
            litert(
                network,
                path,
                precision,
                size,
                calibration if precision == "int8" else None,
                held_out,
                verbose=False,
            )
            rows.append(
                measured(
                    f"LiteRT {precision}",
                    side,
                    network,
                    path,
                    lambda path: load_litert(path, threads=1),
                    held_out,
                )
            )
    return rows


def measured(name, side, network, path, load, images):
    """One row: size, load time, speed and parity of one export."""
    from semst_tf.export.parity import measure

    start = time.process_time()
    exported = load(path)
    load_seconds = time.process_time() - start
    parity = measure(network, exported.translate, images)
    seconds = []
    for _ in range(FLAGS.runs):
        start = time.process_time()
        exported.translate(images[0][None])
        seconds.append(time.process_time() - start)
    print(f"{name} {side}: {min(seconds):.3f} s, {parity}", file=sys.stderr)
    return {
        "export": name,
        "side": side,
        "bytes": size_in_bytes(path),
        "load_seconds": load_seconds,
        "seconds": min(seconds),
        **parity.to_dict(),
    }


def size_in_bytes(path):
    """Bytes of a file, or of the graph and variables of a SavedModel."""
    if path.is_file():
        return path.stat().st_size
    files = [path / "saved_model.pb", *(path / "variables").iterdir()]
    return sum(file.stat().st_size for file in files)


def measured_seam(network, photo):
    """What small tiles change: tone, and steps that were not there."""
    import numpy as np
    import tensorflow as tf

    from semst_tf.export.tiles import translate_tiles

    images = tf.constant(photo[None])
    whole = np.asarray(network(images))
    tiled = tf.function(
        lambda x: translate_tiles(
            network, x, whole.shape[-1], SEAM_TILE, SEAM_OVERLAP
        )
    )(images).numpy()
    return {
        "image": list(photo.shape[:2]),
        "tile": SEAM_TILE,
        "overlap": SEAM_OVERLAP,
        "mean_difference": float(np.abs(tiled - whole).mean()),
        "largest_step_whole": largest_step(whole),
        "largest_step_tiled": largest_step(tiled),
    }


def largest_step(images):
    """Largest change of brightness from one row or column to the next."""
    import numpy as np

    steps = [
        np.abs(np.diff(images.mean(axis=(0, axis, 3)))).max() for axis in (1, 2)
    ]
    return float(max(steps))


def table(result):
    """The figures as Markdown."""
    lines = [
        f"{result['weights']:,} weights. Processor time on one thread, of a "
        f"translation the smallest of {FLAGS.runs}; parity on 3 photographs, "
        "in [-1, 1].",
        "",
        "| export | image | file | load | time | max error | mean error "
        "| PSNR |",
        "|---|---|---|---|---|---|---|---|",
    ]
    for row in result["exports"]:
        psnr = "equal" if row["psnr"] is None else f"{row['psnr']:.1f} dB"
        lines.append(
            f"| {row['export']} | {row['side']} x {row['side']} "
            f"| {row['bytes'] / 2**20:.2f} MiB "
            f"| {row['load_seconds']:.2f} s | {row['seconds']:.3f} s "
            f"| {row['maximum']:.1e} | {row['mean']:.1e} | {psnr} |"
        )
    tiles = result["tiles"]
    height, width = tiles["image"]
    lines += [
        "",
        f"Tiles of {tiles['tile']} with an overlap of {tiles['overlap']} on a "
        f"photograph of {height} x {width}: mean difference from the "
        f"translation in one piece {tiles['mean_difference']:.3f}; largest "
        "step between neighbouring rows or columns "
        f"{tiles['largest_step_tiled']:.3f}, in one piece "
        f"{tiles['largest_step_whole']:.3f}.",
        "",
    ]
    return "\n".join(lines)


if __name__ == "__main__":
    run(main)
