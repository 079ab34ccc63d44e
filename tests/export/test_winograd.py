import pytest
import tensorflow as tf

from semst_tf import export
from semst_tf.export.parity import sample_images
from semst_tf.networks import ResNetGenerator


@pytest.fixture(scope="module")
def wide():
    # Its residual blocks have as many channels as it takes.
    return ResNetGenerator(filters=16, blocks=2, seed=0)


def _operators(folder):
    signature = tf.saved_model.load(str(folder)).signatures["translate_float"]
    functions = signature.graph.as_graph_def(add_shapes=False).library.function
    return {
        node.op
        for function in functions
        for node in function.node_def
        if "residual_block" in node.name
    }


@pytest.mark.parametrize("winograd", [False, True])
def test_convolutions_are_exported_as_asked(wide, tmp_path, winograd):
    folder = export.saved_model(
        wide, tmp_path / "m", winograd=winograd, verbose=False
    )
    operators = _operators(folder)
    # Large maps, whose size the graph does not know yet, are convolved.
    assert "Conv2D" in operators
    assert ("BatchMatMulV2" in operators) == winograd
    parity = export.verify(wide, folder, sample_images(3))
    assert parity.maximum <= 1e-5


def test_litert_has_convolutions_of_its_own(wide, tmp_path):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")
    path = tmp_path / "m.tflite"
    export.litert(wide, path, size=(16, 16), verbose=False)
    details = interpreter.Interpreter(str(path))._get_ops_details()
    names = {operator["op_name"] for operator in details}
    assert "CONV_2D" in names and "BATCH_MATMUL" not in names
