import collections
import json
import sys

import numpy as np
import pytest

from semst_tf import export
from semst_tf.export.parity import Parity
from semst_tf.export.parity import sample_images
from semst_tf.export.write_litert import check_precision
from semst_tf.export.write_litert import load_litert
from semst_tf.networks import ResNetGenerator

pytest.importorskip("ai_edge_litert")

SIZE = (24, 32)


@pytest.fixture(scope="module")
def files(network, tmp_path_factory):
    """Folder of the network in every precision, and of one of any size.

    In int8 with a gain, as that output has the most operators.
    """
    folder = tmp_path_factory.mktemp("litert")
    calibration = sample_images(3, (40, 48))
    for name, size in (("float32", SIZE), ("float16", SIZE), ("any", None)):
        precision = "float32" if name == "any" else name
        path = folder / f"{name}.tflite"
        export.litert(network, path, precision, size, verbose=False)
    gain = ResNetGenerator(4, 1, residual=True, residual_output="gain", seed=0)
    export.litert(gain, folder / "int8.tflite", "int8", SIZE, calibration)
    return folder


def test_any_size_equals_keras(files, network):
    exported = load_litert(files / "any.tflite")
    assert exported.size is None
    for size in ((1, 1), (33, 18), (8, 50), (33, 18)):
        images = np.random.default_rng(0).uniform(-1, 1, (1, *size, 3))
        images = images.astype("float32")
        np.testing.assert_allclose(
            exported.translate(images), network(images), atol=1e-4
        )


def test_fixed_size_that_is_no_multiple_equals_keras(network, tmp_path):
    path = tmp_path / "odd.tflite"
    parity = export.litert(network, path, size=(21, 30), verbose=False)
    assert load_litert(path).size == (21, 30)
    assert parity.maximum <= 1e-4


@pytest.mark.parametrize("precision", ["float32", "float16"])
def test_wide_convolutions_are_products_in_files_that_are_no_larger(
    tmp_path, precision
):
    # From 128 channels on: those of the residual block.
    network = ResNetGenerator(32, 1, seed=0)
    images = sample_images(3, SIZE)
    sizes = {}
    for winograd in (False, None):
        path = tmp_path / f"{winograd}.tflite"
        export.litert(
            network, path, precision, SIZE, verbose=False, winograd=winograd
        )
        found = {name for name, _ in operators_by_type(path)}
        assert ("BATCH_MATMUL" in found) == (winograd is None)
        sizes[winograd] = path.stat().st_size
        bound = 1e-4 if precision == "float32" else 0.05
        assert export.verify(network, path, images).maximum <= bound
    # Stored are kernels of 9 numbers, and not the 36 that they become.
    assert sizes[None] < 1.05 * sizes[False]


def test_smaller_precision_is_smaller_and_close(files):
    size = {p: (files / f"{p}.tflite").stat().st_size for p in PRECISIONS}
    mean = {p: stored(files, p)["translate"]["mean"] for p in PRECISIONS}
    assert size["float32"] > size["float16"]
    assert mean["float32"] <= 1e-5 < mean["int8"] <= 0.04


PRECISIONS = ("float32", "float16", "int8")


def stored(files, precision):
    path = files / f"{precision}.tflite.parity.json"
    return json.loads(path.read_text())


def test_only_built_in_operators(files):
    from ai_edge_litert.interpreter import Interpreter

    for path in files.glob("*.tflite"):
        details = Interpreter(str(path))._get_ops_details()
        names = {operator["op_name"] for operator in details}
        assert not {n for n in names if n.startswith(("Flex", "CUSTOM"))}
        assert "CONV_2D" in names


def test_operators_that_the_delegate_cannot_run_are_avoided(files):
    from ai_edge_litert.interpreter import Interpreter

    for path in files.glob("*.tflite"):
        interpreter = Interpreter(str(path))
        shapes = {
            detail["index"]: detail["shape"]
            for detail in interpreter.get_tensor_details()
        }
        for operator in interpreter._get_ops_details():
            assert operator["op_name"] != "MIRROR_PAD"
            if operator["op_name"] == "MEAN":
                assert len(shapes[operator["inputs"][0]]) == 4


def test_int8_convolves_integers_and_does_the_rest_in_floats(files):
    kinds = operators_by_type(files / "int8.tflite")
    convolutions = {"CONV_2D", "DEPTHWISE_CONV_2D"}
    moves = {"STRIDED_SLICE", "CONCATENATION", "QUANTIZE", "DEQUANTIZE"}
    integers = {name for name, kind in kinds if kind == np.int8}
    floats = {name for name, kind in kinds if kind == np.float32}
    assert convolutions <= integers <= convolutions | moves
    assert {"MEAN", "SQUARED_DIFFERENCE", "RSQRT", "LOG"} <= floats


def test_int8_leaves_floats_once_for_each_convolution(files):
    """More crossings would cost more than integers save."""
    kinds = operators_by_type(files / "int8.tflite")
    assert kinds["QUANTIZE", np.float32] == kinds["CONV_2D", np.int8]


def operators_by_type(path):
    """Counts operators by name and type of their first input."""
    from ai_edge_litert.interpreter import Interpreter

    interpreter = Interpreter(str(path))
    types = {d["index"]: d["dtype"] for d in interpreter.get_tensor_details()}
    return collections.Counter(
        (operator["op_name"], types[operator["inputs"][0]])
        for operator in interpreter._get_ops_details()
    )


def test_broken_float_parity_leaves_no_file(network, tmp_path, monkeypatch):
    module = sys.modules["semst_tf.export.write_litert"]
    monkeypatch.setitem(module.BOUNDS, "float32", -1.0)
    with pytest.raises(ValueError, match="does not translate as"):
        export.litert(network, tmp_path / "a.tflite", size=SIZE)
    assert list(tmp_path.iterdir()) == []


def test_int8_beyond_its_bound_warns_with_the_figure():
    with pytest.warns(UserWarning, match="mean abs error 0.2"):
        check_precision(Parity(0.5, 0.2, 14.0, 3), "int8")


def test_nan_is_never_accepted():
    broken = Parity(float("nan"), float("nan"), float("nan"), 1)
    for precision in PRECISIONS:
        with pytest.raises(ValueError, match="does not translate as"):
            check_precision(broken, precision)


def test_mixed_precision_model_exports_float32(tmp_path):
    model = ResNetGenerator(filters=4, blocks=1, dtype="mixed_float16")
    reference = ResNetGenerator(filters=4, blocks=1, dtype="float32")
    reference.set_weights(model.get_weights())
    export.litert(model, tmp_path / "a.tflite", size=SIZE, verbose=False)
    images = sample_images(3, SIZE)[0][None]
    translated = load_litert(tmp_path / "a.tflite").translate(images)
    np.testing.assert_allclose(translated, reference(images), atol=1e-4)


@pytest.mark.parametrize(
    "name, arguments",
    [
        ("a.onnx", {}),
        ("a.tflite", {"precision": "int4"}),
        ("a.tflite", {"size": (0, 8)}),
        ("a.tflite", {"precision": "int8", "size": SIZE}),
        (
            "a.tflite",
            {"precision": "int8", "calibration": [np.zeros((24, 32, 3))]},
        ),
        ("a.tflite", {"calibration": [np.zeros((24, 32, 3))]}),
        ("a.tflite", {"winograd": True}),
        (
            "a.tflite",
            {
                "precision": "int8",
                "size": SIZE,
                "calibration": [np.zeros((24, 32, 3))],
                "winograd": True,
            },
        ),
        ("a.tflite", {"size": SIZE, "images": [np.zeros((8, 8, 3))]}),
    ],
)
def test_refuses_what_cannot_work(network, tmp_path, name, arguments):
    with pytest.raises(ValueError, match="Received: "):
        export.litert(network, tmp_path / name, **arguments)
    assert list(tmp_path.iterdir()) == []


def test_replaces_nothing_unasked(network, tmp_path):
    path = tmp_path / "a.tflite"
    path.write_text("precious")
    with pytest.raises(ValueError, match="already"):
        export.litert(network, path)
    assert path.read_text() == "precious"
