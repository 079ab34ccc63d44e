"""Measures where translations have the coat that their targets have.

Images are those that coat_images.py writes with --both, and runs those of a
grid on them (`experiments/configs/coat.json`). The *amplitude* of a class is
the root mean square of the lightness of its pixels around their blurred
surroundings. Of what the coat adds to it in the true images, a translation
has a share: on the class of the coat it should be 1, in the sky 0.

  python experiments/studies/coat_table.py --results=runs/coat \\
      --images=runs/coat_images/test --labels=carla_od/pseudo_trainIds/test \\
      --resize=152x256 --coat_on=road --table=docs/results/coat.jsonl

Without --results it prints the table as Markdown.
"""

import pathlib
import sys

from absl import flags

sys.path.insert(0, str(pathlib.Path(__file__).parents[1]))

from cli import quiet_imports
from cli import run
from path_flags import check_inputs

with quiet_imports():
    import study_table

    from semst_tf.data.label_spaces import CITYSCAPES_CLASSES

FLAGS = flags.FLAGS
flags.DEFINE_string("table", None, "File of the table.", required=True)
flags.DEFINE_string("results", None, "Folder of runs to add to the table.")
flags.DEFINE_string("images", None, "Folder with `source` and `target`.")
flags.DEFINE_string("labels", None, "Labels of its images.")
flags.DEFINE_string(
    "label_space",
    "cityscapes_train_ids",
    "Numbers of these labels, as in evaluate.py.",
)
flags.DEFINE_string("resize", "", "Size of the images: 256, 152x256.")
flags.DEFINE_enum(
    "coat_on", "road", CITYSCAPES_CLASSES, "Class that has the coat."
)

BLUR = 6
"""Standard deviation of the blur in pixels, half the width of two stripes."""
BORDER = 13
"""Pixels nearer than half of it to another class do not count, because the
blur mixes both; odd."""
PLACES = "coat_on", "sky", "others"


def main(_):
    path = pathlib.Path(FLAGS.table)
    if FLAGS.results is not None:
        check_inputs("results", "images", "labels")
        rows = scored_rows(pathlib.Path(FLAGS.results))
        study_table.add_rows(path, rows)
    print("\n".join(table_lines(study_table.read_rows(path))))


def scored_rows(root):
    """Rows of all runs below a folder, with their shares of the coat."""
    masks, sources, targets = test_images()
    plain, coated = amplitudes(sources, masks), amplitudes(targets, masks)
    added = coated["coat_on"] - plain["coat_on"]
    rows = study_table.collected(root)
    for row in rows:
        found = amplitudes(translations(root / row["id"], sources), masks)
        row["coat"] = {
            place: round((found[place] - plain[place]) / added, 4)
            for place in PLACES
        }
    return rows


def test_images():
    """Masks by place, sources and targets of the same scenes."""
    from semst_tf.data.labels import Labels
    from semst_tf.data.read_images import open_images

    source, target = (
        open_images(pathlib.Path(FLAGS.images, side), FLAGS.resize)
        for side in ("source", "target")
    )
    if source.relative_names != target.relative_names:
        raise ValueError(
            "`source` and `target` must be the same scenes, as "
            f"coat_images.py --both writes them. Received: {FLAGS.images}"
        )
    labels = Labels.of(source, FLAGS.labels, FLAGS.label_space)
    sources, targets = (
        [images.load(index) for index in range(len(images))]
        for images in (source, target)
    )
    masks = [
        places_of(labels.load(index, image.shape[:2]))
        for index, image in enumerate(sources)
    ]
    return masks, sources, targets


def places_of(label):
    """Dict from places to masks of their pixels, away from other classes."""
    import numpy as np
    from PIL import Image
    from PIL import ImageFilter

    numbers = Image.fromarray(label)
    least = numbers.filter(ImageFilter.MinFilter(BORDER))
    most = numbers.filter(ImageFilter.MaxFilter(BORDER))
    inside = np.asarray(least) == np.asarray(most)
    coat = label == CITYSCAPES_CLASSES.index(FLAGS.coat_on)
    sky = label == CITYSCAPES_CLASSES.index("sky")
    masks = {"coat_on": coat, "sky": sky, "others": ~(coat | sky)}
    return {place: mask & inside for place, mask in masks.items()}


def amplitudes(images, masks):
    """The amplitude of each place over all images, a dict."""
    import numpy as np

    squares = {place: 0.0 for place in PLACES}
    counts = {place: 0 for place in PLACES}
    for image, places in zip(images, masks):
        detail = lightness_around_blur(image) ** 2
        for place, mask in places.items():
            squares[place] += float(detail[mask].sum())
            counts[place] += int(mask.sum())
    return {
        place: float(np.sqrt(squares[place] / max(1, counts[place])))
        for place in PLACES
    }


def lightness_around_blur(image):
    """What the lightness of an image is above its blurred surroundings."""
    import numpy as np
    from PIL import Image
    from PIL import ImageFilter

    light = Image.fromarray(image).convert("L")
    blurred = light.filter(ImageFilter.GaussianBlur(BLUR))
    return np.asarray(light, "float64") - np.asarray(blurred, "float64")


def translations(folder, sources):
    """What the run in a folder makes of sources; without one, the sources."""
    from semst_tf import load_translator
    from semst_tf.inference.translate import translate

    if not (folder / "config.json").is_file():
        return sources
    network = load_translator(folder)
    return [translate(network, image) for image in sources]


def table_lines(rows):
    """Lines of a Markdown table, one a run."""
    heads = ["id", "steps", "KID x100", FLAGS.coat_on, "sky", "others"]
    lines = [heads, ["---"] * len(heads)]
    for row in rows:
        distance = row.get("distance", {}).get("kid")
        # Adding zero makes -0.00 of a small negative share 0.00.
        shares = [f"{round(row['coat'][p], 2) + 0:.2f}" for p in PLACES]
        kid = "" if distance is None else f"{100 * distance:.2f}"
        lines.append([row["id"], str(row.get("steps", "")), kid, *shares])
    return ["| " + " | ".join(line) + " |" for line in lines]


if __name__ == "__main__":
    run(main)
