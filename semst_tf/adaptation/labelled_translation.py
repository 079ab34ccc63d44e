"""Labelled images in, translated labelled images out."""

import pathlib
import sys

import keras

from semst_tf.adaptation.labelled_images import LabelledImages
from semst_tf.data import write_image
from semst_tf.inference.translate import translate


def translate_labelled(images, translator, folder, mode="whole"):
    """Translates labelled images into a data set of its own.

    Writes `images/` and `labels/`: PNG files under the names of the
    originals, the labels as Cityscapes training classes of the same size,
    255 for no class. What is there already is kept, so that the same call
    continues where another one stopped.

    Args:
        images: `LabelledImages`.
        translator: What `semst_tf.load_translator` returns, for three
            channels in and out.
        folder: Path. Created if it is missing.
        mode: str. How large images are translated: `"whole"`, `"tiled"`
            or `"exact_tiled"`.

    Returns:
        `LabelledImages` of the same names and classes.

    Raises:
        ValueError: If the translator does not fit.
        OSError: If a file cannot be written.
    """
    folder = pathlib.Path(folder)
    bar = keras.utils.Progbar(
        len(images),
        unit_name="image",
        # In a file, every update stays.
        interval=0.5 if sys.stdout.isatty() else 30.0,
    )
    for index, name in enumerate(images.names):
        place = folder / "images" / f"{name}.png"
        if not place.exists():
            translated = translate(translator, images.image(index), mode=mode)
            _write(folder / "labels" / f"{name}.png", images.label(index))
            # The image comes last: where it is, the label is too.
            _write(place, translated)
        bar.update(index + 1)
    return LabelledImages(
        folder / "images", folder / "labels", "cityscapes_train_ids"
    )


def _write(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, image)
