"""Translates pictures with a trained model.

Keeps file names, sizes and bit depth, and needs nothing of the other domain.
Example:

  python experiments/translate.py --model=runs/street --input=photo.png \\
      --output=translated
"""

import glob
import pathlib

from absl import flags
from cli import quiet_imports
from cli import run

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "model",
    None,
    "Run directory, .keras file, SavedModel, or .pth file of the CUT family.",
    required=True,
)
flags.DEFINE_string(
    "input",
    None,
    "A picture, a folder (searched with its subfolders), or a quoted glob.",
    required=True,
)
flags.DEFINE_string(
    "output", None, "Folder to write to; made if it is missing.", required=True
)
flags.DEFINE_float(
    "strength",
    None,
    "Share of the way from the input that translations go, from 0 to 1, of a "
    "residual generator (semst and semst_multiscale); its own if not given.",
)
flags.DEFINE_list(
    "value_range",
    None,
    "Black and white value of floating-point pictures, as low,high.",
)
flags.DEFINE_bool(
    "overwrite", False, "Replace pictures that are there already."
)
flags.DEFINE_enum(
    "mode",
    "whole",
    ["whole", "tiled", "exact_tiled"],
    "Pictures in one piece, in blended tiles, or in tiles with the result of "
    "one piece; see docs/high_resolution.md.",
)
flags.DEFINE_integer(
    "tile", None, "Side of the tiles in pixels; 512 unless given."
)
flags.DEFINE_bool(
    "report",
    False,
    "Print how visible the borders of tiles are; --mode=tiled or exact_tiled.",
)


def main(_):
    with quiet_imports():
        import keras

        from semst_tf.data.image_files import printable
        from semst_tf.inference.translate import check_file
        from semst_tf.inference.translate import check_mode
        from semst_tf.inference.translate import translate
        from semst_tf.inference.translate_files import translate_files
        from semst_tf.loading.load_translator import load_translator

    value_range = parsed_value_range()
    jobs = planned_jobs()
    if FLAGS.report and FLAGS.mode == "whole":
        raise ValueError(
            "--report compares tiles. Received: --report --mode=whole"
        )
    translator = load_translator(FLAGS.model, FLAGS.strength)
    check_mode(translator, FLAGS.mode, FLAGS.tile)
    for source, output in jobs:
        check_file(translator, source, output, value_range)
    # One picture in tiles may take minutes: then the bar counts the tiles.
    one_in_tiles = FLAGS.mode != "whole" and len(jobs) == 1
    bar = keras.utils.Progbar(
        len(jobs), unit_name="picture", verbose=int(not one_in_tiles)
    )
    bad = []
    report = []

    def translated(source, picture):
        translation = translate(
            translator,
            picture,
            value_range,
            mode=FLAGS.mode,
            tile=FLAGS.tile,
            verbose=one_in_tiles,
        )
        if FLAGS.report:
            ratios = seam_ratios(translator, picture, translation, value_range)
            report.append(f"{printable(source)}: {ratios}")
        return translation

    # Pictures that need tiles may be too large to keep several in memory.
    ahead = 2 if FLAGS.mode == "whole" else 0
    results = translate_files(translated, jobs, ahead)
    for done, error in enumerate(results, start=1):
        if error is not None:
            # Headers were sound; the damage shows only now.
            bad.append(str(error))
        bar.update(done)
    for line in report:
        print(line)
    print(f"translated {len(jobs) - len(bad)} pictures into {FLAGS.output}")
    if bad:
        raise ValueError(
            f"{len(bad)} of {len(jobs)} pictures are damaged, the others are "
            f"translated. Received: {'; '.join(bad)}"
        )


def seam_ratios(translator, picture, translated, value_range):
    """How visible the borders of tiles are, in words."""
    from semst_tf.inference.translate import TILE
    from semst_tf.inference.translate import fits_whole
    from semst_tf.inference.translate import translate
    from semst_tf.metrics.seams import seam_ratio

    tiles = {
        "tile": FLAGS.tile or TILE,
        "multiple": getattr(translator, "stride", 1),
        "minimum": getattr(translator, "minimum_size", 1),
    }
    ratio = seam_ratio(translated, None, **tiles)
    text = f"steps at borders / elsewhere {ratio:.3f}"
    if not fits_whole(translator, translated.shape):
        return f"{text}, too large to compare with one piece"
    whole = translate(translator, picture, value_range)
    ratio = seam_ratio(whole, None, **tiles)
    text += f" (in one piece {ratio:.3f})"
    ratio = seam_ratio(translated, whole, **tiles)
    return f"{text}, at borders / in one piece {ratio:.3f}"


def parsed_value_range():
    """Reads --value_range as a pair of numbers."""
    if FLAGS.value_range is None:
        return None
    try:
        low, high = (float(value) for value in FLAGS.value_range)
    except ValueError:
        raise ValueError(
            "--value_range takes two numbers, as 0,1. "
            f"Received: {','.join(FLAGS.value_range)}"
        ) from None
    return low, high


def planned_jobs():
    """Pairs every picture with the file it becomes; refuses collisions."""
    output = pathlib.Path(FLAGS.output)
    if not FLAGS.output or (output.exists() and not output.is_dir()):
        raise ValueError(f"--output is a folder. Received: {FLAGS.output!r}")
    root, pictures = found_pictures()
    jobs = []
    for picture in pictures:
        place = output / picture.relative_to(root)
        if place.suffix.lower() == ".gif":
            # A translated frame does not fit the 256 colours of a GIF.
            place = place.with_suffix(".png")
        jobs.append((picture, place))
    places = [place for _, place in jobs]
    refuse_equal(places)
    if not FLAGS.overwrite:
        refuse_existing(places)
    return jobs


def found_pictures():
    """Returns the folder that names are relative to, and the pictures."""
    from semst_tf.data import ImageCollection

    path = pathlib.Path(FLAGS.input)
    if path.is_dir():
        pictures = ImageCollection(path).paths
        if not pictures:
            raise ValueError(f"--input holds no pictures. Received: {path}")
        return path, pictures
    if path.is_file():
        return path.parent, [path]
    names = sorted(
        pathlib.Path(name)
        for name in glob.glob(FLAGS.input, recursive=True)
        if pathlib.Path(name).is_file()
    )
    if not names:
        raise ValueError(f"--input finds no picture. Received: {path}")
    roots = {name.parent for name in names}
    root = names[0].parent
    while not all(parent.is_relative_to(root) for parent in roots):
        root = root.parent
    return root, names


def refuse_equal(places):
    """Raises if two pictures would become one file."""
    seen = set()
    for place in places:
        if place in seen:
            raise ValueError(
                "Two pictures would become the same file (a .gif becomes a "
                f".png). Received: {place}"
            )
        seen.add(place)


def refuse_existing(places):
    """Raises if anything would be overwritten, before anything is done."""
    existing = [place for place in places if place.exists()]
    if existing:
        raise ValueError(
            f"{len(existing)} of {len(places)} translations are there "
            "already; use another --output, or --overwrite. "
            f"Received: {existing[0]}"
        )


if __name__ == "__main__":
    run(main)
