"""Finds the translating network in whatever a person has."""

import keras

from semst_tf.importers import cut_generator
from semst_tf.loading.model_file_safety import check_keras_file
from semst_tf.loading.model_file_safety import check_saved_model_graph
from semst_tf.loading.model_place import model_place
from semst_tf.loading.network_of_saved_model import network_of_saved_model
from semst_tf.semst import SemST
from semst_tf.storage.checkpoint_files import checkpoint_paths

_CUT_GENERATOR = "latest_net_G.pth"


def load_translator(path, strength=None, guided_radius=None):
    """Loads the network that translates.

    Args:
        path: Path of a run directory (its finished model, or else its newest
            checkpoint; of a run of the CUT family `latest_net_G.pth`), of a
            `.keras` file, of a SavedModel that `semst_tf.export.saved_model`
            wrote, or of a `.pth` file of the CUT family; or the name of a
            translator that ships with the package, as `"colour2vintage"`.
            Nothing in the file is executed.
        strength: float or `None`. Blend strength of a residual generator, or
            of one with a guided filter, from 0 (the input) to 1, instead of
            what the configuration says. Defaults to `None`.
        guided_radius: int or `None`. Radius of a guided filter of the
            difference of output and input, a multiple of 4, or 0 for no
            filter, instead of what the configuration says; see
            `semst_tf.layers.GuidedFilter`. Defaults to `None`.

    Returns:
        What `semst_tf.inference.translate` takes: a Keras model that maps
        `(batch, height, width, channels)` in [-1, 1] to translations of the
        same height and width, or a `SavedTranslator`, which a SavedModel is
        as long as it shall blend as it was exported to.

    Raises:
        ValueError: If there is no translator, it cannot be read, or it cannot
            have a blend strength or a guided filter.

    Example:

    ```python
    translator = semst_tf.load_translator("colour2vintage")
    ```
    """
    place = model_place(path)
    if is_saved_model(place) and (
        strength is not None or guided_radius is not None
    ):
        # The graph of an export blends as it was told to when it was written.
        translator = network_of_saved_model(place)
    else:
        translator = _loaded(place)
    return with_blending(translator, path, strength, guided_radius)


def with_blending(translator, path, strength=None, guided_radius=None):
    """Changes strength and guided filter, where they are not `None`.

    Args:
        translator: What was loaded.
        path: Where from, for the message.
        strength: As in `load_translator`.
        guided_radius: As in `load_translator`.

    Returns:
        The translator.

    Raises:
        ValueError: If it cannot blend.
    """
    if strength is None and guided_radius is None:
        return translator
    if guided_radius is not None:
        if not hasattr(translator, "guided_radius"):
            raise ValueError(
                "Only a generator of semst_tf has a guided filter. "
                f"Received: guided_radius={guided_radius} for {path}"
            )
        translator.guided_radius = guided_radius or None
    if strength is not None:
        if not getattr(translator, "reads_input", False):
            raise ValueError(
                "Only a generator with a residual output "
                "(generator.residual) or with a guided filter "
                "(guided_radius) has a blend strength. "
                f"Received: strength={strength} for {path}"
            )
        translator.strength = strength
    return translator


def _loaded(path):
    if is_saved_model(path):
        # Here: only SavedModels need what exporting needs.
        from semst_tf.export.saved_translator import SavedTranslator
        from semst_tf.export.write_saved_model import newest_version

        path = newest_version(path)
        check_saved_model_graph(path)
        return SavedTranslator(path)
    if path.is_dir():
        path = newest_model(path)
    if not path.is_file():
        raise ValueError(f"There is no model at this place. Received: {path}")
    if path.suffix == ".pth":
        return cut_generator(path)
    if path.suffix != ".keras":
        raise ValueError(
            "A model is a run directory, a .keras file, a SavedModel, or a "
            f".pth file of the CUT family. Received: {path}"
        )
    return _translating_network(path)


def is_saved_model(path):
    """Whether a folder is a SavedModel, or holds numbered ones."""
    return any(path.glob("saved_model.pb")) or any(
        place.parent.name.isdecimal() for place in path.glob("*/saved_model.pb")
    )


def newest_model(folder):
    """Returns the path of the newest model of a run directory.

    Raises:
        ValueError: If there is none.
    """
    finished = folder / "model.keras"
    candidates = [*checkpoint_paths(folder / "checkpoints")]
    if finished.exists():
        candidates.append(finished)
    of_cut = folder / _CUT_GENERATOR
    if not candidates and of_cut.is_file():
        return of_cut
    if not candidates:
        raise ValueError(
            "A run directory holds model.keras, or checkpoints while it is "
            f"being trained, or {_CUT_GENERATOR} if CUT wrote it; this one "
            f"has neither. Received: {folder}"
        )
    return candidates[-1]


def read_keras_file(path):
    """Reads a `.keras` file of nothing but classes of semst_tf.

    Args:
        path: Path of the file.

    Returns:
        The uncompiled model.

    Raises:
        ValueError: If the file holds something else.
        OSError: If it cannot be opened.
    """
    check_keras_file(path)
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except Exception as error:
        # Whatever is wrong inside a file, it is the file that is wrong.
        raise ValueError(
            f"This file does not hold a Keras model that semst_tf can read "
            f"({type(error).__name__}). Received: {path}"
        ) from error


def _translating_network(path):
    model = read_keras_file(path)
    network = model.translator if isinstance(model, SemST) else model
    # A discriminator has input channels too, but no images come out of it.
    if not hasattr(network, "output_channels"):
        raise ValueError(
            "This file holds a Keras model that is no translator, but a "
            f"{type(model).__name__}. Received: {path}"
        )
    return network
