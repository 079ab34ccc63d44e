"""Networks out of exports, which are the ones that were exported."""

import json
import shutil

import numpy as np
import pytest

from semst_tf.loading.load_network import load_network
from semst_tf.loading.load_translator import load_translator
from semst_tf.loading.model_place import shipped_models
from semst_tf.networks import ResNetGenerator
from semst_tf.networks.weights_hash import weights_hash


@pytest.fixture
def residual(tmp_path):
    """An export whose description says residual, of strength 0.8."""
    # With characters that TensorFlow takes for a glob.
    folder = tmp_path / "street [1]"
    shutil.copytree(shipped_models()["colour2vintage"], folder)
    (version,) = folder.iterdir()
    described = json.loads((version / "config.json").read_text())
    described["translator"]["config"].update(residual=True, strength=0.8)
    described["value_range"] = [-1000, 2060]
    described["slice_plane"] = "coronal"
    (version / "config.json").write_text(json.dumps(described))
    return folder


def test_the_network_of_an_export_translates_as_its_graph():
    network = load_network("colour2vintage")
    images = np.random.default_rng(0).uniform(-1, 1, (1, 9, 14, 3))
    images = images.astype("float32")
    translated = load_translator("colour2vintage").predict_on_batch(images)
    np.testing.assert_allclose(network(images), translated, atol=1e-5)


def test_every_translator_that_ships_has_a_network():
    for name, place in shipped_models().items():
        (version,) = place.iterdir()
        described = json.loads((version / "config.json").read_text())
        assert weights_hash(load_network(name)) == described["weights_sha256"]


def test_strength_value_range_and_plane_are_those_of_the_export(residual):
    network = load_network(residual)
    assert network.strength == 0.8
    assert network.value_range == (-1000, 2060)
    assert network.slice_plane == "coronal"
    assert load_network(residual, 0.25).strength == 0.25


def test_a_strength_is_refused_where_there_can_be_none():
    assert load_network("colour2vintage", 0.5).strength == 0.5  # It is guided.
    with pytest.raises(ValueError, match="strength=0.5.* for colour2vintage"):
        load_network("colour2vintage", 0.5, guided_radius=0)


def test_keras_files_are_loaded_as_they_are(tmp_path):
    network = ResNetGenerator(filters=4, blocks=1, residual=True)
    network.save(tmp_path / "a.keras")
    assert load_network(tmp_path / "a.keras", 0.5).strength == 0.5


def test_an_export_without_its_description_is_named(residual):
    (version,) = residual.iterdir()
    (version / "config.json").unlink()
    with pytest.raises(ValueError, match="no weights.*Received"):
        load_network(residual)
