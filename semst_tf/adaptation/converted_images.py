"""Labelled images in, images that were changed and their labels out."""

import pathlib
import sys

import keras
import numpy as np

from semst_tf.adaptation.colour_map import colour_map
from semst_tf.adaptation.fourier_adaptation import swap_amplitudes
from semst_tf.adaptation.labelled_images import LabelledImages
from semst_tf.data import write_image


def convert_labelled(images, convert, folder):
    """Writes changed labelled images as a data set of its own.

    Writes `images/` and `labels/`: PNG files under the names of the
    originals, the labels as Cityscapes training classes of the same size,
    255 for no class. What is there already is kept, so that the same call
    continues where another one stopped.

    Args:
        images: `LabelledImages`.
        convert: Function from the index of an image and the image to an array
            of its height and width.
        folder: Path. Created if it is missing.

    Returns:
        `LabelledImages` of the same names and classes.

    Raises:
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
            converted = convert(index, images.image(index))
            _write(folder / "labels" / f"{name}.png", images.label(index))
            # The image comes last: where it is, the label is too.
            _write(place, converted)
        bar.update(index + 1)
    return LabelledImages(
        folder / "images", folder / "labels", "cityscapes_train_ids"
    )


def colour_mapped(source, target, folder):
    """Labelled images in the colours of the target, see `colour_map`.

    Args:
        source: `LabelledImages`.
        target: `TargetImages`.
        folder: Path to write to.

    Returns:
        `LabelledImages`.
    """
    mapped = colour_map(*map(_all_images, (source, target)))

    def convert(index, image):
        return np.rint(mapped(image)).astype("uint8")

    return convert_labelled(source, convert, folder)


def fourier_adapted(source, target, folder):
    """Labelled images with low frequencies of the target.

    Each has those of one image of the target, drawn once, see
    `swap_amplitudes`.

    Args:
        source: `LabelledImages`.
        target: `TargetImages`.
        folder: Path to write to.

    Returns:
        `LabelledImages`.
    """

    def convert(index, image):
        partner = np.random.default_rng([index, 7]).integers(len(target))
        return swap_amplitudes(image, target.image(int(partner)))

    return convert_labelled(source, convert, folder)


BASELINES = {
    "fda": ("FDA", fourier_adapted),
    "colour_map": ("colour map", colour_mapped),
}
"""Translators without training: name of a row, and what makes its images."""


def _all_images(images):
    return (images.image(index) for index in range(len(images)))


def _write(path, image):
    path.parent.mkdir(parents=True, exist_ok=True)
    write_image(path, image)
