"""SavedModels whose weights are stored in float16."""

import json

import numpy as np
import pytest
import tensorflow as tf
from encoded_images import decoded
from encoded_images import encoded
from small import small_model

from semst_tf import export
from semst_tf.export.parity import sample_images
from semst_tf.inference.translate import translate
from semst_tf.loading.load_network import load_network
from semst_tf.loading.load_translator import load_translator
from semst_tf.networks import ResNetGenerator


@pytest.fixture(scope="module")
def half(network, tmp_path_factory):
    return export.saved_model(
        network,
        tmp_path_factory.mktemp("models") / "street",
        tile=16,
        overlap=4,
        precision="float16",
        verbose=False,
    )


def stored_bytes(folder):
    (file,) = (folder / "variables").glob("variables.data*")
    return file.stat().st_size


def test_weights_take_half_the_size(network, folder, half):
    assert stored_bytes(folder) > 4 * network.count_params()
    assert stored_bytes(half) < 2.5 * network.count_params()
    card = (half / "model_card.md").read_text()
    assert "- Weights stored as: float16" in card


def test_every_signature_has_the_stored_weights(half, loaded, image):
    rounded = load_network(half)
    expected = translate(rounded, image[None])[0]
    signatures = tf.saved_model.load(str(half)).signatures
    pixels = tf.constant(image[None])
    file = tf.constant([encoded(image, "png")])
    answers = [
        signatures["serving_default"](images=pixels)["images"][0],
        decoded(
            signatures["translate_image_bytes"](image_bytes=file)[
                "image_bytes"
            ].numpy()[0]
        ),
    ]
    for answer in answers:
        difference = np.abs(np.asarray(answer, int) - expected)
        assert difference.max() <= 1 and np.mean(difference > 0) < 1e-3
    tiled = signatures["translate_tiled"](images=pixels)["images"]
    full = loaded.signatures["translate_tiled"](images=pixels)["images"]
    difference = np.abs(np.asarray(tiled, int) - np.asarray(full, int))
    assert difference.max() <= 2


def test_it_computes_in_float32_with_rounded_weights(network, half):
    images = np.stack(sample_images(3, (22, 30)))
    translated = load_translator(half).predict_on_batch(images)
    rounded = load_network(half)
    np.testing.assert_allclose(rounded(images), translated, atol=1e-5)
    for weight, original in zip(
        rounded.get_weights(), network.get_weights(), strict=True
    ):
        assert weight.dtype == "float32"
        np.testing.assert_array_equal(
            weight, original.astype("float16").astype("float32")
        )


def test_the_exported_network_keeps_its_weights(tmp_path):
    network = ResNetGenerator(filters=4, blocks=1, seed=3)
    before = network.get_weights()
    export.saved_model(network, tmp_path, precision="float16", verbose=False)
    for weight, original in zip(network.get_weights(), before, strict=True):
        np.testing.assert_array_equal(weight, original)


def test_it_is_verified_against_either_network(network, half):
    assert 0 < export.verify(network, half, sample_images(3)).maximum <= 0.05
    reloaded = load_network(half)
    assert export.verify(reloaded, half, sample_images(3)).maximum <= 1e-5
    other = ResNetGenerator(filters=4, blocks=1, seed=9)
    with pytest.raises(ValueError, match="other weights"):
        export.verify(other, half, sample_images(3))


def test_exports_that_do_not_name_a_precision_are_float32(network, tmp_path):
    old = export.saved_model(network, tmp_path / "street", verbose=False)
    described = json.loads((old / "config.json").read_text())
    assert described.pop("precision") == "float32"
    (old / "config.json").write_text(json.dumps(described))
    assert export.verify(network, old, sample_images(3)).maximum <= 1e-5


def test_weights_beyond_half_precision_leave_no_export(tmp_path):
    network = ResNetGenerator(filters=4, blocks=1, seed=0)
    network.set_weights([1e6 + 0 * w for w in network.get_weights()])
    with pytest.raises(ValueError, match="does not translate as"):
        export.saved_model(
            network, tmp_path / "m", precision="float16", verbose=False
        )
    assert list(tmp_path.rglob("*.pb")) == []


def test_two_scales_and_wide_convolutions_are_stored_in_half(tmp_path):
    model = small_model("semst_multiscale")
    wide = ResNetGenerator(filters=16, blocks=1, seed=0)
    for name, network, winograd in (
        ("scales", model, False),
        ("wide", wide, True),
    ):
        place = export.saved_model(
            network,
            tmp_path / name,
            precision="float16",
            winograd=winograd,
            verbose=False,
        )
        images = sample_images(3, (32, 48))
        assert export.verify(network, place, images).maximum <= 0.05
