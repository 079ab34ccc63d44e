"""Loads the network that translates, always as a Keras model."""

from semst_tf.loading.load_translator import is_saved_model
from semst_tf.loading.load_translator import load_translator
from semst_tf.loading.load_translator import with_blending
from semst_tf.loading.model_place import model_place
from semst_tf.loading.network_of_saved_model import network_of_saved_model


def load_network(path, strength=None, guided_radius=None):
    """Loads the network that translates, for what a graph is not enough for.

    Exporting asks for it: `load_translator` runs the graph of a SavedModel as
    it is, and this makes the network again that the graph was made from.

    Args:
        path: As for `load_translator`.
        strength: As for `load_translator`.
        guided_radius: As for `load_translator`.

    Returns:
        A Keras model that maps `(batch, height, width, channels)` in [-1, 1]
        to translations of the same height and width.

    Raises:
        ValueError: If there is no translator, it cannot be read, or it cannot
            have a blend strength or a guided filter.

    Example:

    ```python
    network = load_network("colour2vintage")
    semst_tf.export.litert(network, "vintage.tflite", size=(256, 256))
    ```
    """
    place = model_place(path)
    if not is_saved_model(place):
        return load_translator(place, strength, guided_radius)
    network = network_of_saved_model(place)
    return with_blending(network, path, strength, guided_radius)
