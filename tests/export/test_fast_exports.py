"""The small generator in every format, against Keras."""

import collections

import numpy as np
import pytest
from keras import ops

from semst_tf import export
from semst_tf.export.parity import sample_images
from semst_tf.export.write_litert import load_litert
from semst_tf.networks import AntialiasedFastGenerator
from semst_tf.networks import FastGenerator

SIZE = (24, 32)


KINDS = {
    "plain": lambda: FastGenerator(4, 1, seed=0),
    "guided": lambda: FastGenerator(4, 1, guided_radius=8, seed=0),
    "antialiased": lambda: AntialiasedFastGenerator(4, 1, seed=0),
}


def make_generator(kind):
    network = KINDS[kind]()
    head = network.head[0].kernel
    head.assign(30 * ops.convert_to_numpy(head))
    return network


@pytest.fixture(scope="module", params=["guided", "antialiased"])
def generator(request):
    """The plain one does nothing that the guided one does not do first."""
    return make_generator(request.param)


def test_saved_model_equals_keras_at_sizes_that_fit_nothing(
    generator, tmp_path
):
    folder = export.saved_model(generator, tmp_path / "m", verbose=False)
    parity = export.verify(generator, folder, sample_images(3))
    assert parity.maximum <= 1e-5


def test_onnx_equals_keras(generator, tmp_path):
    pytest.importorskip("tf2onnx")
    pytest.importorskip("onnxruntime")
    parity = export.onnx(generator, tmp_path / "m.onnx", verbose=False)
    assert parity.maximum <= 1e-4


@pytest.mark.parametrize("kind", KINDS)
def test_litert_of_a_size_stays_with_the_fast_kernels(kind, tmp_path):
    generator = make_generator(kind)
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")
    path = tmp_path / "m.tflite"
    parity = export.litert(generator, path, size=SIZE, verbose=False)
    assert parity.maximum <= 1e-4
    details = interpreter.Interpreter(str(path))._get_ops_details()
    counts = collections.Counter(d["op_name"] for d in details)
    upsampled = 2 if generator.guided_radius is None else 4
    assert counts["DEPTH_TO_SPACE"] == 1
    assert counts["RESIZE_BILINEAR"] == upsampled
    slow = {"MIRROR_PAD", "TRANSPOSE", "RESHAPE", "GATHER", "MEAN"}
    assert slow & set(counts) == set()


def test_litert_of_any_size_equals_keras(generator, tmp_path):
    pytest.importorskip("ai_edge_litert")
    path = tmp_path / "m.tflite"
    export.litert(generator, path, verbose=False)
    exported = load_litert(path)
    for size in ((1, 1), (33, 18)):
        images = np.random.default_rng(0).uniform(-1, 1, (1, *size, 3))
        images = images.astype("float32")
        np.testing.assert_allclose(
            exported.translate(images), generator(images), atol=1e-4
        )


def test_int8_is_a_third_of_the_size_and_close(generator, tmp_path):
    pytest.importorskip("ai_edge_litert")
    images = sample_images(3, SIZE)
    path = tmp_path / "m.tflite"
    parity = export.litert(generator, path, "int8", SIZE, images, verbose=False)
    assert parity.mean < 0.02
