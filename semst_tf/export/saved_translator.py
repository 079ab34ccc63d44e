"""An exported SavedModel in the place of the Keras model it came from."""

import json

import numpy as np

from semst_tf.data.value_range import parse_value_range
from semst_tf.export.write_saved_model import load_saved_model
from semst_tf.export.write_saved_model import newest_version


class SavedTranslator:
    """Translates with a SavedModel that `saved_model` wrote.

    Has what `semst_tf.inference.translate.translate` asks of a network.

    Args:
        folder: Path of `<name>/<version>`, or of `<name>`, which means its
            largest version.

    Raises:
        ValueError: If the folder holds no export of semst_tf.

    Example:

    ```python
    translator = SavedTranslator("saved_models/colour2vintage")
    image = semst_tf.inference.translate.translate(translator, "photo.jpg")
    ```
    """

    def __init__(self, folder):
        self.folder = folder = newest_version(folder)
        self._exported = load_saved_model(folder)
        self.input_channels, self.output_channels = _channels(folder)
        self.value_range, self.target_value_range = _value_ranges(folder)
        self.slice_plane = _description(folder).get("slice_plane")

    def predict_on_batch(self, images):
        """Translates float32 images `(batch, height, width, channels)`.

        Args:
            images: NumPy array, values in [-1, 1].

        Returns:
            NumPy array of the same height and width.
        """
        return self._exported.translate(np.asarray(images, "float32"))


def _description(folder):
    return json.loads((folder / "config.json").read_text())


def _value_ranges(folder):
    """What it was trained with; older exports do not say."""
    description = _description(folder)
    names = ("value_range", "target_value_range")
    return tuple(parse_value_range(description.get(name)) for name in names)


def _channels(folder):
    try:
        description = json.loads((folder / "config.json").read_text())
        network = description["translator"]["config"]
        return int(network["input_channels"]), int(network["output_channels"])
    except (OSError, ValueError, KeyError, TypeError):
        raise ValueError(
            "An export of semst_tf has a config.json beside it that "
            f"describes the translator; this one has not. Received: {folder}"
        ) from None
