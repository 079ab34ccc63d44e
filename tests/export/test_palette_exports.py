"""A generator that mixes the colours of the target, in every format."""

import numpy as np
import pytest
from keras import ops

from semst_tf import export
from semst_tf.export.parity import sample_images
from semst_tf.export.write_litert import load_litert
from semst_tf.networks import ResNetGenerator

COLOURS = np.array([[0.82, 0.79, 0.74], [0.4, 0.63, 0.99], [-0.5, 0.2, -1.0]])
SIZE = (24, 32)


@pytest.fixture(scope="module")
def network():
    """One whose outputs are nearly flat, as after a training."""
    generator = ResNetGenerator(4, 1, palette=3, seed=0)
    generator.take_palette(COLOURS, [0.4, 0.3, 0.3])
    kernel = generator.head[1].kernel
    kernel.assign(5000 * kernel)
    return generator


def test_saved_models_equal_keras(network, tmp_path):
    folder = export.saved_model(
        network, tmp_path / "map", tile=16, overlap=4, verbose=False
    )
    parity = export.verify(network, folder, sample_images(3))
    assert parity.maximum <= 1e-4


@pytest.mark.parametrize(
    "precision, psnr", [("float32", 80), ("float16", 40), ("int8", 25)]
)
def test_litert_keeps_flat_places_at_their_colours(
    network, tmp_path, precision, psnr
):
    pytest.importorskip("ai_edge_litert")
    path = tmp_path / "map.tflite"
    images = sample_images(3, SIZE)
    calibration = sample_images(3, (40, 48)) if precision == "int8" else None
    parity = export.litert(network, path, precision, SIZE, calibration)
    assert parity.psnr > psnr
    exported = load_litert(path).translate(images[0][None])
    expected = ops.convert_to_numpy(network(images[0][None]))
    flat = np.abs(expected[..., None, :] - COLOURS).max(-1).min(-1) < 1e-3
    assert flat.mean() > 0.1
    # To two steps of 255, but where quantised networks decide otherwise.
    apart = np.abs(exported - expected)[flat].max(-1)
    assert np.mean(apart < 2 / 127.5) > 0.95
