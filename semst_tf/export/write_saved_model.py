"""Export as a SavedModel for TensorFlow, TF Serving and C++."""

import contextlib
import pathlib
import warnings

import keras
import tensorflow as tf
from absl import logging

from semst_tf.export.export_module import ExportModule
from semst_tf.export.exported import Exported
from semst_tf.export.model_card import model_card
from semst_tf.export.parity import FILE as PARITY_FILE
from semst_tf.export.parity import measure
from semst_tf.export.parity import sample_images
from semst_tf.export.parity import write_parity
from semst_tf.export.pixels import WHITE
from semst_tf.export.place import check_free
from semst_tf.export.place import folder_in_place
from semst_tf.export.place import has_glob_characters
from semst_tf.export.place import literal_path
from semst_tf.export.translator import translator_of
from semst_tf.export.value_ranges import ranges_of
from semst_tf.export.warm_up import write_warm_up
from semst_tf.layers.conv2d import direct_convolutions
from semst_tf.networks.weights_hash import weights_hash
from semst_tf.storage.atomic_files import write_json
from semst_tf.version import __version__

BOUNDS = {"float32": 1e-5, "float16": 5e-2}
"""Largest absolute difference from Keras, in [-1, 1], that is accepted, for
each precision of the weights."""

_WARM_UP_SIZE = 256


def saved_model(
    model,
    folder,
    version=None,
    dtype="uint8",
    tile=512,
    overlap=128,
    winograd=False,
    trained_on=None,
    licence=None,
    metrics=None,
    images=None,
    overwrite=False,
    verbose=True,
    precision="float32",
):
    """Exports the translator of a model as a versioned SavedModel.

    `<folder>/<version>/` holds the translator alone: no discriminator, no
    heads, no optimizer; averaged weights where the model keeps them. It
    computes in float32 whatever the model was trained in, and runs without
    semst_tf. Signatures:

    - `serving_default`: `images`, uint8 (or `dtype`) `(batch, height, width,
      channels)`, any size, to `images` of the same size and type.
    - `translate_float`: the same with float32 in [-1, 1].
    - `translate_image_bytes`: `image_bytes`, a batch of JPEG or PNG files of
      any sizes, to `image_bytes`, PNG files. Only for images of 1 or 3
      channels.
    - `translate_tiled`: as `serving_default`, in tiles, for images that are
      too large for one piece.

    Beside the graph lie `config.json`, `model_card.md`, `parity.json` and
    warm-up requests for TF Serving.

    Args:
        model: `SemST` or a translating network.
        folder: Path. Its last part is the name of the model. Created if it is
            missing.
        version: int or `None`. Defaults to `None`: one more than the largest
            version in the folder, or 1.
        dtype: str. `"uint8"` or `"uint16"`. Defaults to `"uint8"`.
        tile: int. Side of the tiles in pixels. Defaults to `512`.
        overlap: int. Pixels that neighbouring tiles share. Defaults to `128`.
        winograd: bool. Export the convolutions as Keras takes them on
            processors, which is about 1.7 times as fast there and slower on
            a GPU. Defaults to `False`.
        trained_on: str or `None`. For the model card.
        licence: str or `None`. Licence of the weights, for the model card.
        metrics: Dict from names to numbers, or `None`, for the model card.
        images: List of float32 arrays `(height, width, channels)` in
            [-1, 1] to compare on, or `None` for synthetic ones.
        overwrite: bool. Replace a version that exists. Defaults to `False`.
        verbose: bool. Print the parity. Defaults to `True`.
        precision: str. How weights are stored: `"float32"`, or `"float16"`
            for half the size. Defaults to `"float32"`.

    Returns:
        `pathlib.Path` of the version's folder.

    Raises:
        ValueError: If an argument does not fit, the version exists, or the
            exported model differs from Keras by more than 1e-5 (float32) or
            0.05 (float16).

    Warns:
        UserWarning: If the folder's name has characters of globs.

    Example:

    ```python
    semst_tf.export.saved_model(model, "saved_models/street")
    ```
    """
    folder = pathlib.Path(folder)
    place = folder / str(_checked_version(folder, version))
    check_free(place, overwrite)
    if dtype not in WHITE:
        raise ValueError(
            f"`dtype` must be 'uint8' or 'uint16'. Received: dtype={dtype!r}"
        )
    if precision not in BOUNDS:
        raise ValueError(
            "`precision` of a SavedModel must be 'float32' or 'float16'. "
            f"Received: precision={precision!r}"
        )
    if has_glob_characters(place.absolute()):
        warnings.warn(
            "TensorFlow's own loaders take a path for a glob: what is not "
            "semst_tf may find no variables in this folder. Give it a name "
            f"without *, ?, [ and ] for TF Serving. Received: {place}",
            stacklevel=2,
        )
    network = translator_of(model)
    module = ExportModule(network, dtype, tile, overlap, precision)
    if images is None:
        images = sample_images(network.input_channels)
    name = folder.resolve().name
    with (
        direct_convolutions(not winograd),
        folder_in_place(place) as unfinished,
    ):
        _save_graph(module, unfinished)
        parity = _checked_parity(network, unfinished, images, precision)
        description = _description(model, network, module, precision)
        description["winograd"] = winograd
        write_json(unfinished / "config.json", description)
        facts = {
            "Pixels": f"{dtype}, {module.input_channels} channels in, "
            f"{module.output_channels} out",
            "Weights stored as": precision,
            "SHA-256 of the weights": description["weights_sha256"],
            "Difference from Keras": str(parity),
        }
        (unfinished / "model_card.md").write_text(
            model_card(name, network, facts, trained_on, licence, metrics),
            "utf-8",
            "backslashreplace",
        )
        write_warm_up(unfinished, name, _warm_up_requests(module))
    if verbose:
        print(f"SavedModel {place}: {parity}")
    return place


def load_saved_model(folder):
    """Loads a SavedModel as a function on floating-point images.

    Args:
        folder: Path of `<name>/<version>` or of `<name>`, which means its
            largest version.

    Returns:
        `Exported`.

    Raises:
        ValueError: If the folder holds no export.
    """
    folder = newest_version(folder)
    with literal_path(folder) as place, _without_notes_of_gradients():
        loaded = tf.saved_model.load(str(place))
    if "translate_float" not in loaded.signatures:
        raise ValueError(
            "This SavedModel has no signature `translate_float`; it was not "
            f"exported by semst_tf. Received: {folder}"
        )
    signature = loaded.signatures["translate_float"]

    def translate(images):
        # The closure keeps `loaded`, and with it the variables, alive.
        images = tf.constant(images, tf.float32)
        return loaded and signature(images=images)["images"].numpy()

    return Exported(translate)


@contextlib.contextmanager
def _without_notes_of_gradients():
    """Drops warnings that an export has no gradients: it only translates."""
    verbosity = logging.get_verbosity()
    logging.set_verbosity(min(verbosity, logging.ERROR))
    try:
        yield
    finally:
        logging.set_verbosity(verbosity)


def check_saved_model(parity, precision):
    """Raises if a translation differs too much.

    Raises:
        ValueError: If it differs by more than the precision of the weights
            explains, or holds NaN.
    """
    bound = BOUNDS[precision]
    # `not <=` is true for NaN too.
    if not parity.maximum <= bound:
        raise ValueError(
            "The SavedModel does not translate as the Keras model does; the "
            f"largest difference allowed is {bound:g}. Received: {parity}"
        )


def newest_version(folder):
    """Returns the folder itself if it is a SavedModel, or its last version.

    Raises:
        ValueError: If there is none.
    """
    folder = pathlib.Path(folder)
    if (folder / "saved_model.pb").exists():
        return folder
    versions = _versions(folder)
    if not versions:
        raise ValueError(
            "A SavedModel is a folder with saved_model.pb, or one of numbered "
            f"versions of it. Received: {folder}"
        )
    return folder / str(max(versions))


def _versions(folder):
    if not folder.is_dir():
        return []
    return [
        int(place.name)
        for place in folder.iterdir()
        if place.name.isdecimal() and (place / "saved_model.pb").exists()
    ]


def _checked_version(folder, version):
    if version is None:
        return max(_versions(folder), default=0) + 1
    if isinstance(version, bool) or not isinstance(version, int) or version < 1:
        raise ValueError(
            "`version` must be a positive integer, as TF Serving asks for. "
            f"Received: version={version!r}"
        )
    return version


def _save_graph(module, folder):
    tf.saved_model.save(
        module,
        str(folder),
        module.signatures(),
        # Nobody trains an export, and gradients of our own would be half of
        # the graph, and most of the memory that loading takes.
        tf.saved_model.SaveOptions(experimental_custom_gradients=False),
    )


def _checked_parity(network, folder, images, precision):
    """Compares an export with its network, and writes what was found."""
    exported = load_saved_model(folder)
    parity = measure(network, exported.translate, exported.fitted(images))
    check_saved_model(parity, precision)
    write_parity(
        folder / PARITY_FILE,
        {
            "bound": BOUNDS[precision],
            "translate_float": parity.to_dict(),
        },
    )
    return parity


def _description(model, network, module, precision):
    description = {
        "semst_tf": __version__,
        "keras": keras.__version__,
        "tensorflow": tf.__version__,
        "dtype": module.dtype,
        "tile": module.tile,
        "overlap": module.overlap,
        "precision": precision,
        "weights_sha256": weights_hash(network, precision),
        "translator": keras.saving.serialize_keras_object(network),
        **ranges_of(network),
        "slice_plane": getattr(network, "slice_plane", None),
    }
    if hasattr(model, "config"):
        description["config"] = model.config.to_dict()
    return description


def _warm_up_requests(module):
    channels = module.input_channels
    ramp = tf.linspace(0.0, 1.0, _WARM_UP_SIZE)[:, None, None]
    image = tf.tile(ramp, (1, _WARM_UP_SIZE, channels))
    pixels = tf.cast(image * WHITE[module.dtype], module.dtype)
    images = {"images": pixels[None].numpy()}
    requests = [("serving_default", images)]
    if channels in (1, 3) and module.output_channels <= 4:
        file = tf.io.encode_png(pixels).numpy()
        requests.append(("translate_image_bytes", {"image_bytes": [file]}))
    return requests
