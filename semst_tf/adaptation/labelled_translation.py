"""Labelled images in, translated labelled images out."""

from semst_tf.adaptation.converted_images import convert_labelled
from semst_tf.inference.translate import translate


def translate_labelled(images, translator, folder, mode="whole"):
    """Translates labelled images into a data set of its own.

    Args:
        images: `LabelledImages`.
        translator: What `semst_tf.load_translator` returns, for three
            channels in and out.
        folder: Path, see `convert_labelled`. Created if it is missing.
        mode: str. How large images are translated: `"whole"`, `"tiled"`
            or `"exact_tiled"`.

    Returns:
        `LabelledImages` of the same names and classes.

    Raises:
        ValueError: If the translator does not fit.
        OSError: If a file cannot be written.
    """

    def convert(index, image):
        return translate(translator, image, mode=mode)

    return convert_labelled(images, convert, folder)
