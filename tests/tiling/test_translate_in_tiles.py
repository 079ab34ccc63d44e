"""Images in tiles: what equals what, at sizes that fit nothing."""

import keras
import numpy as np
import pytest
from keras import ops
from PIL import Image

import semst_tf.inference.translate
from semst_tf.inference.translate import translate
from semst_tf.networks import MultiScaleGenerator
from semst_tf.networks import ResNetGenerator

pytestmark = pytest.mark.backend_neutral


class Identity(keras.Model):
    """Gives back what it gets."""

    input_channels = output_channels = 3

    def call(self, images):
        return images


def generator(**kwargs):
    """A small network with weights large enough to need its statistics."""
    network = ResNetGenerator(4, 1, seed=0, **kwargs)
    for variable in network.trainable_variables:
        variable.assign(10.0 * variable)
    if network.palette:
        colours = np.random.default_rng(0).uniform(-1, 1, (network.palette, 3))
        network.take_palette(colours, np.ones(network.palette))
    return network


def image(height, width, channels=3, dtype="float32"):
    """Bright on one side, so that parts differ from the whole."""
    random = np.random.default_rng([height, width])
    unit = random.uniform(-1, 0, (height, width, channels))
    unit += np.linspace(0, 1, width)[:, None]
    if dtype == "float32":
        return unit.astype("float32")
    white = np.iinfo(dtype).max
    return np.round((unit + 1) / 2 * white).astype(dtype)


def difference(a, b):
    return np.abs(a.astype("float64") - b).max()


@pytest.mark.parametrize(
    "size", [(1, 1), (1, 70), (9, 30), (8, 8), (31, 17), (64, 50)]
)
@pytest.mark.parametrize("tile", [1, 7, 16, 4000])
def test_identity_in_tiles_reproduces_the_image(size, tile):
    source = image(*size)
    translated = translate(Identity(), source, mode="tiled", tile=tile)
    assert difference(translated, source) < 1e-5


@pytest.mark.parametrize(
    ("size", "tile", "options"),
    [
        ((1, 1), 8, {}),
        ((1, 70), 40, {}),
        ((45, 67), 36, {"residual": True}),
        ((45, 67), 36, {"residual": True, "residual_output": "gain"}),
        ((33, 9), 99, {}),
        ((90, 67), 36, {"residual": True, "guided_radius": 8}),
        ((45, 67), 36, {"guided_radius": 8}),
        ((45, 67), 36, {"palette": 5}),
    ],
)
def test_exact_tiles_equal_one_piece(size, tile, options):
    network = generator(**options)
    source = image(*size)
    whole = translate(network, source)
    exact = translate(network, source, mode="exact_tiled", tile=tile)
    assert np.ptp(whole) > 0.1 or size == (1, 1)
    assert difference(exact, whole) < 1e-4


@pytest.mark.parametrize(
    ("fusion", "ratio"), [("attention", 2), ("laplacian", 3)]
)
def test_exact_tiles_equal_one_piece_at_two_scales(fusion, ratio):
    options = {"residual": True, "guided_radius": 4} if ratio == 2 else {}
    network = MultiScaleGenerator(generator(**options), ratio, fusion, seed=1)
    source = image(41, 61)
    whole = translate(network, source)
    exact = translate(network, source, mode="exact_tiled", tile=48)
    assert difference(exact, whole) < 1e-4


@pytest.mark.parametrize("mode", ["tiled", "exact_tiled"])
@pytest.mark.parametrize("scales", [1, 2])
def test_tiles_of_a_half_precision_model_are_float32(mode, scales):
    half = generator(dtype="mixed_bfloat16", residual=True)
    single = generator(residual=True)
    if scales == 2:
        half = MultiScaleGenerator(half, seed=1, dtype="mixed_bfloat16")
        single = MultiScaleGenerator(single, seed=1)
    source = image(45, 67)
    expected = translate(single, source, mode=mode, tile=48)
    translated = translate(half, source, mode=mode, tile=48)
    assert difference(translated, expected) < 1e-5
    assert difference(translate(half, source), expected) > 1e-3


@pytest.mark.parametrize("scales", [1, 2])
def test_one_tile_that_holds_the_image_is_one_piece(scales):
    network = generator()
    if scales == 2:
        network = MultiScaleGenerator(network, seed=1)
    source = image(21, 34)
    tiled = translate(network, source, mode="tiled")
    assert difference(tiled, translate(network, source)) < 1e-4


def test_tiles_share_their_statistics():
    network = generator()
    source = image(40, 160)
    whole = translate(network, source)
    tiled = translate(network, source, mode="tiled", tile=40)
    alone = np.concatenate(
        [translate(network, part) for part in np.split(source, 4, axis=1)],
        axis=1,
    )
    assert np.abs(tiled - whole).mean() < 0.5 * np.abs(alone - whole).mean()


@pytest.mark.parametrize("mode", ["tiled", "exact_tiled"])
def test_types_batches_paths_and_channels_are_kept(mode, tmp_path):
    network = generator(input_channels=1, output_channels=2)
    source = image(18, 29, 1, "uint16")
    translated = translate(network, source, mode=mode, tile=24)
    assert translated.shape == (18, 29, 2) and translated.dtype == "uint16"
    batch = translate(network, np.stack([source] * 2), mode=mode, tile=24)
    np.testing.assert_array_equal(batch, np.stack([translated] * 2))
    Image.fromarray(image(18, 29, 1, "uint8")[..., 0]).save(tmp_path / "a.png")
    (listed,) = translate(network, [tmp_path / "a.png"], mode=mode, tile=16)
    assert listed.shape == (18, 29, 2) and listed.dtype == "uint8"


def test_a_stated_value_range_holds_in_tiles():
    network = generator()
    source = image(20, 30)
    expected = 50 * (translate(network, source, mode="exact_tiled") + 1)
    scaled = translate(
        network, 50 * (source + 1), (0, 100), mode="exact_tiled", tile=16
    )
    np.testing.assert_allclose(scaled, expected, atol=1e-2)
    with pytest.raises(ValueError, match="Received: value_range="):
        translate(network, 5 * source, mode="tiled")


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ({"mode": "halves"}, "mode='halves'"),
        ({"mode": "tiled", "tile": 0}, "tile=0"),
        ({"tile": 64}, "tile=64"),
    ],
)
def test_impossible_modes_are_refused(arguments, words):
    with pytest.raises(ValueError, match=f"Received: .*{words}"):
        translate(Identity(), image(8, 8), **arguments)


def test_layers_that_are_not_known_cannot_be_exact():
    with pytest.raises(ValueError, match="Received: Identity"):
        translate(Identity(), image(8, 8), mode="exact_tiled")


def test_what_is_no_keras_model_is_not_tiled():
    class Exported:
        input_channels = 3

    with pytest.raises(ValueError, match="translate_tiled"):
        translate(Exported(), image(8, 8), mode="tiled")


def test_an_image_too_large_for_the_memory_is_refused_with_advice(
    monkeypatch,
):
    network = generator()
    monkeypatch.setattr(
        semst_tf.inference.translate, "available_memory", lambda: 1000
    )
    with pytest.raises(ValueError, match="exact_tiled.*Received: shape="):
        translate(network, image(40, 40))
    translate(network, image(40, 40), mode="exact_tiled")
    monkeypatch.setattr(
        semst_tf.inference.translate, "available_memory", lambda: None
    )
    translate(network, image(40, 40))


def test_outside_of_tiles_images_have_their_own_statistics_again():
    network = generator()
    source = image(30, 40)
    before = ops.convert_to_numpy(network(source[None]))
    translate(network, image(24, 30), mode="tiled", tile=16)
    translate(network, image(24, 30), mode="exact_tiled", tile=24)
    after = ops.convert_to_numpy(network(source[None]))
    np.testing.assert_array_equal(before, after)
