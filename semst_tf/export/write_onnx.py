"""Export as an ONNX file, through Keras."""

import importlib.util
import pathlib

import keras

from semst_tf.export.exported import Exported
from semst_tf.export.parity import beside
from semst_tf.export.parity import measure
from semst_tf.export.parity import sample_images
from semst_tf.export.parity import write_parity
from semst_tf.export.place import check_free
from semst_tf.export.translator import translator_of
from semst_tf.export.value_ranges import ranges_of
from semst_tf.export.value_ranges import warn_of_ranges
from semst_tf.layers.conv2d import direct_convolutions
from semst_tf.networks.weights_hash import weights_hash
from semst_tf.storage.atomic_files import replacing

BOUND = 1e-4
"""Largest absolute difference from Keras, in [-1, 1], that is accepted."""


@direct_convolutions()
def onnx(model, path, size=None, images=None, overwrite=False, verbose=True):
    """Exports the translator of a model as an ONNX file.

    Uses `keras.Model.export(format="onnx")`. Input and output are float32
    `(batch, height, width, channels)` in [-1, 1]. The file is read back with
    ONNX Runtime and compared with Keras; the figures are stored beside it as
    `<name>.parity.json`, with the value ranges that the model was trained
    with. Such ranges are in the metadata of the file too, as `"low,high"`.

    Args:
        model: `SemST` or a translating network.
        path: Path of the file, ending in `.onnx`.
        size: Pair (height, width), or `None` for any size.
        images: List of float32 arrays `(height, width, channels)` in
            [-1, 1] to compare on, or `None` for synthetic ones.
        overwrite: bool. Replace a file that exists. Defaults to `False`.
        verbose: bool. Print the parity. Defaults to `True`.

    Returns:
        `Parity`.

    Raises:
        ValueError: If an argument does not fit, the file exists, or the
            translation differs by more than 1e-4.
        ImportError: If a package of the extra `onnx` is not installed.

    Warns:
        UserWarning: If the model was trained with value ranges, which are
            not in the graph.
    """
    path = pathlib.Path(path)
    if path.suffix != ".onnx":
        raise ValueError(f"ONNX files end in .onnx. Received: {path}")
    check_free(path, overwrite)
    _require("tf2onnx", "onnxruntime")
    network = translator_of(model)
    if images is None:
        images = sample_images(network.input_channels, size)
    images = Exported(network, size).fitted(images)
    shape = (None, *(size or (None, None)), network.input_channels)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as unfinished:
        # Keras refuses networks that were never called.
        network(images[0][None])
        network.export(
            str(unfinished),
            format="onnx",
            verbose=False,
            input_signature=[
                keras.InputSpec(shape=shape, dtype="float32", name="images")
            ],
        )
        _describe(unfinished, ranges_of(network))
        exported = load_onnx(unfinished)
        parity = measure(network, exported.translate, images)
        check_onnx(parity)
        write_parity(
            beside(path),
            {
                "size": list(size) if size else None,
                "weights_sha256": weights_hash(network),
                **ranges_of(network),
                "translate": parity.to_dict(),
            },
        )
    warn_of_ranges(network)
    if verbose:
        print(f"ONNX {path}: {parity}")
    return parity


def load_onnx(path):
    """Loads an ONNX file.

    Args:
        path: Path of the file.

    Returns:
        `Exported`.

    Raises:
        ImportError: If ONNX Runtime is not installed.
    """
    _require("onnxruntime")
    import onnxruntime

    session = onnxruntime.InferenceSession(
        str(path), providers=["CPUExecutionProvider"]
    )
    given = session.get_inputs()[0]
    size = tuple(given.shape[1:3])
    fixed = all(isinstance(length, int) for length in size)
    return Exported(
        lambda images: session.run(None, {given.name: images})[0],
        size if fixed else None,
    )


def check_onnx(parity):
    """Raises if a translation differs too much.

    Raises:
        ValueError: If it differs by more than 1e-4, or holds NaN.
    """
    # `not <=` is true for NaN too.
    if not parity.maximum <= BOUND:
        raise ValueError(
            "The ONNX model does not translate as the Keras model does; the "
            f"largest difference allowed is {BOUND:g}. Received: {parity}"
        )


def _describe(path, ranges):
    """Writes value ranges into the metadata of a file."""
    texts = {
        name: f"{pair[0]:g},{pair[1]:g}"
        for name, pair in ranges.items()
        if pair is not None
    }
    if texts:
        import onnx as onnx_format

        content = onnx_format.load(str(path))
        onnx_format.helper.set_model_props(content, texts)
        onnx_format.save(content, str(path))


def _require(*packages):
    missing = [
        package
        for package in packages
        if importlib.util.find_spec(package) is None
    ]
    if missing:
        raise ImportError(
            f"ONNX export needs {' and '.join(missing)}: "
            "pip install 'semst-tf[onnx]'."
        )
