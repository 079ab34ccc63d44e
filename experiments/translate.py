"""Translates pictures with a trained model.

Keeps file names, sizes and bit depth, and needs nothing of the other domain.
Example:

  python experiments/translate.py --model=runs/street --input=photo.png \
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
flags.DEFINE_list(
    "value_range",
    None,
    "Black and white value of floating-point pictures, as low,high.",
)
flags.DEFINE_bool(
    "overwrite", False, "Replace pictures that are there already."
)


def main(_):
    with quiet_imports():
        import keras

        from semst_tf.data import write_image
        from semst_tf.load_translator import load_translator
        from semst_tf.translate import check_file
        from semst_tf.translate import translate

    value_range = parsed_value_range()
    jobs = planned_jobs()
    translator = load_translator(FLAGS.model)
    for source, output in jobs:
        check_file(translator, source, output, value_range)
    bar = keras.utils.Progbar(len(jobs), unit_name="picture")
    for done, (source, output) in enumerate(jobs, start=1):
        translated = translate(translator, source, value_range)
        output.parent.mkdir(parents=True, exist_ok=True)
        write_image(output, translated)
        bar.update(done)
    print(f"translated {len(jobs)} pictures into {FLAGS.output}")


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
