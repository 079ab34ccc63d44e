"""Exports of translators that see context and detail."""

import importlib.util

import numpy as np
import pytest
import tensorflow as tf
from encoded_images import decoded
from encoded_images import encoded

from semst_tf import export
from semst_tf.export.tiles import translate_tiles
from semst_tf.inference.translate import translate
from semst_tf.networks import MultiScaleGenerator
from semst_tf.networks import ResNetGenerator

TILE = 32


def generator(fusion="attention"):
    """A small network with weights large enough to need its context.

    Its output is residual, as those of the semst presets.
    """
    base = ResNetGenerator(4, 1, residual=True, seed=0)
    for variable in base.trainable_variables:
        variable.assign(10.0 * variable)
    return MultiScaleGenerator(base, 2, fusion, seed=1)


def image(height, width):
    """Bright on one side, so that parts differ from the whole."""
    random = np.random.default_rng([height, width])
    unit = random.uniform(-1, 0, (height, width, 3))
    unit += np.linspace(0, 1, width)[:, None]
    return unit.astype("float32")


def pixels(height, width):
    return np.round(127.5 * (image(height, width) + 1)).astype("uint8")


def in_tiles(network, images, overlap):
    """What `translate_tiled` does, without a SavedModel around it."""
    spec = tf.TensorSpec((None, None, None, 3), tf.float32)
    run = tf.function(
        lambda x: translate_tiles(network, x, 3, TILE, overlap),
        input_signature=[spec],
    )
    return run(images).numpy()


@pytest.fixture(scope="module")
def network():
    return generator()


@pytest.fixture(scope="module")
def loaded(network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("two_scales") / "street"
    place = export.saved_model(
        network, folder, tile=TILE, overlap=8, verbose=False
    )
    return tf.saved_model.load(str(place))


@pytest.mark.parametrize("size", [(1, 1), (33, 47), (1000, 1)])
def test_floats_equal_keras_at_odd_sizes(loaded, network, size):
    images = image(*size)[None]
    translated = loaded.signatures["translate_float"](images=images)["images"]
    np.testing.assert_allclose(translated, network(images), atol=1e-5)


@pytest.mark.parametrize("name", ["serving_default", "translate_tiled"])
def test_pixels_equal_python(loaded, network, name):
    source = pixels(21, 30)  # No larger than a tile.
    images = tf.constant(source[None])
    translated = loaded.signatures[name](images=images)["images"][0].numpy()
    expected = translate(network, source).astype(int)
    assert np.abs(translated - expected).max() <= 1


def test_files_equal_python(loaded, network):
    sources = [pixels(21, 30), pixels(1, 1)]
    signature = loaded.signatures["translate_image_bytes"]
    files = tf.constant([encoded(source) for source in sources])
    answers = signature(image_bytes=files)["image_bytes"].numpy()
    for source, answer in zip(sources, answers, strict=True):
        expected = translate(network, source).astype(int)
        assert np.abs(decoded(answer) - expected).max() <= 1


@pytest.mark.parametrize("size", [(45, 107), (1, 150)])
def test_tiles_are_those_of_the_python_mode(network, size):
    source = image(*size)
    translated = in_tiles(network, source[None], overlap=TILE // 2)[0]
    expected = translate(network, source, mode="tiled", tile=TILE)
    np.testing.assert_allclose(translated, expected, atol=1e-4)


def test_tiles_see_the_context_of_the_whole_image():
    network = generator("context")
    source = image(64, 160)[None]
    whole = np.asarray(network(source))
    with_context = np.abs(in_tiles(network, source, 8) - whole).mean()

    def cut_off(images):
        return network(images)

    without = np.abs(in_tiles(cut_off, source, 8) - whole).mean()
    assert with_context < 0.7 * without


def test_litert_at_an_odd_size_equals_keras(network, tmp_path):
    interpreter = pytest.importorskip("ai_edge_litert.interpreter")
    path = tmp_path / "a.tflite"
    parity = export.litert(network, path, size=(21, 30), verbose=False)
    assert parity.maximum <= 1e-4
    details = interpreter.Interpreter(str(path))._get_ops_details()
    names = {operator["op_name"] for operator in details}
    assert "CONV_2D" in names
    assert not {n for n in names if n.startswith(("Flex", "CUSTOM"))}


@pytest.mark.skipif(
    not all(
        importlib.util.find_spec(name) for name in ("tf2onnx", "onnxruntime")
    ),
    reason="needs the extra onnx",
)
@pytest.mark.filterwarnings("ignore")  # tf2onnx and NumPy 2
def test_onnx_equals_keras(network, tmp_path):
    path = tmp_path / "a.onnx"
    parity = export.onnx(network, path, verbose=False)
    assert parity.maximum <= 1e-4
