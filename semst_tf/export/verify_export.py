"""Repeats the check of parity on images of one's own."""

import functools
import json
import pathlib

from semst_tf.export.parity import measure
from semst_tf.export.parity import read_parity
from semst_tf.export.translator import translator_of
from semst_tf.export.value_ranges import check_ranges
from semst_tf.export.write_litert import check_precision
from semst_tf.export.write_litert import load_litert
from semst_tf.export.write_onnx import check_onnx
from semst_tf.export.write_onnx import load_onnx
from semst_tf.export.write_saved_model import check_saved_model
from semst_tf.export.write_saved_model import load_saved_model
from semst_tf.export.write_saved_model import newest_version
from semst_tf.layers.conv2d import direct_convolutions
from semst_tf.networks.weights_hash import weights_hash


def verify(model, path, images):
    """Compares an export with the Keras model it came from.

    Args:
        model: `SemST` or a translating network: what was exported.
        path: Path of a SavedModel (`<name>` or `<name>/<version>`), of a
            `.tflite` or of an `.onnx` file, with the JSON files beside it.
        images: List of float32 arrays `(height, width, channels)` in
            [-1, 1]. Exports of a fixed size take the centre of each.

    Returns:
        `Parity`.

    Raises:
        ValueError: If there is no export, it was made of other weights or
            with other value ranges, or it differs by more than its kind
            allows.

    Warns:
        UserWarning: If an int8 export differs by more than its bound.
    """
    path = pathlib.Path(path)
    network = translator_of(model)
    loader, check, facts, stored = _kind(path)
    if facts["weights_sha256"] != weights_hash(network, stored):
        raise ValueError(
            "This was exported from a model with other weights. "
            f"Received: {path}"
        )
    check_ranges(network, facts, path)
    exported = loader(path)
    images = exported.fitted(images)
    with direct_convolutions(not facts.get("winograd", False)):
        parity = measure(network, exported.translate, images)
    check(parity)
    return parity


def _kind(path):
    """Returns how an export is loaded and compared, its facts, and the
    precision of the weights whose hash is among them.
    """
    if not path.exists():
        raise ValueError(f"There is no export. Received: {path}")
    if path.suffix not in (".tflite", ".onnx"):
        folder = newest_version(path)
        facts = _config(folder)
        # Older exports do not say; all of them were float32.
        stored = facts.get("precision", "float32")
        check = functools.partial(check_saved_model, precision=stored)
        return load_saved_model, check, facts, stored
    facts = _facts(path)
    if path.suffix == ".onnx":
        return load_onnx, check_onnx, facts, "float32"
    check = functools.partial(check_precision, precision=facts["precision"])
    return load_litert, check, facts, "float32"


def _config(folder):
    return json.loads((folder / "config.json").read_text())


def _facts(path):
    try:
        return read_parity(path)
    except FileNotFoundError as error:
        raise ValueError(
            "The check needs the file that the export wrote beside it. "
            f"Received: {path} without {error.filename}"
        ) from error
