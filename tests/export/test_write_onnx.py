import importlib.util

import pytest

from semst_tf import export
from semst_tf.export.parity import sample_images
from semst_tf.networks import ResNetGenerator

INSTALLED = all(
    importlib.util.find_spec(name) for name in ("tf2onnx", "onnxruntime")
)


@pytest.mark.skipif(not INSTALLED, reason="needs the extra onnx")
@pytest.mark.filterwarnings("ignore")  # tf2onnx and NumPy 2
@pytest.mark.parametrize("size", [(21, 30), None])
def test_equals_keras(network, tmp_path, size):
    path = tmp_path / "a.onnx"
    parity = export.onnx(network, path, size, verbose=False)
    assert parity.maximum <= 1e-4
    assert export.verify(network, path, [_image(50)]).maximum <= 1e-4


def _image(size):
    return sample_images(3, (size, size))[0]


def test_names_the_missing_package(network, tmp_path, monkeypatch):
    monkeypatch.setattr(importlib.util, "find_spec", lambda name: None)
    with pytest.raises(ImportError, match="tf2onnx and onnxruntime"):
        export.onnx(network, tmp_path / "a.onnx")
    assert list(tmp_path.iterdir()) == []


def test_replaces_nothing_unasked(tmp_path):
    path = tmp_path / "a.onnx"
    path.write_text("precious")
    with pytest.raises(ValueError, match="already"):
        export.onnx(ResNetGenerator(filters=4, blocks=1), path)
    assert path.read_text() == "precious"
