import keras
import numpy as np
import pytest
from keras import ops
from reach import reached_rows

import semst_tf
from semst_tf.inference.translate import translate
from semst_tf.networks import AntialiasedFastGenerator
from semst_tf.networks import FastGenerator
from semst_tf.networks.make_networks import make_generator


def visible(kind=AntialiasedFastGenerator, blocks=1):
    """A small network whose translations differ clearly from the input."""
    generator = kind(filters=4, blocks=blocks, seed=0)
    head = generator.head[0].kernel
    head.assign(30 * ops.convert_to_numpy(head))
    return generator


def edges(size=120):
    """Blocks of random colours, whose edges fall on no grid."""
    random = np.random.default_rng(0)
    colours = random.uniform(-1, 1, (1, 9, 9, 3)).astype("float32")
    side = -(-size // 9)
    return colours.repeat(side, 1).repeat(side, 2)[:, :size, :size]


def moved(generator, steps):
    """How much a translation changes when the image moves so many pixels."""
    images, inside = edges(), slice(40, -40)
    before = ops.convert_to_numpy(generator(images))[:, steps:, steps:]
    after = ops.convert_to_numpy(generator(images[:, steps:, steps:]))
    return np.abs(before - after)[:, inside, inside].mean()


@pytest.mark.backend_neutral
def test_translations_move_with_the_image():
    aliased, antialiased = visible(FastGenerator), visible()
    for steps in (1, 3, 4):
        assert moved(antialiased, steps) < 0.7 * moved(aliased, steps)
    assert moved(antialiased, 8) < 1e-6


@pytest.mark.backend_neutral
def test_it_has_the_weights_of_the_fast_generator():
    aliased, antialiased = visible(FastGenerator), visible()
    antialiased.set_weights(aliased.get_weights())
    flat = np.full((1, 128, 128, 3), 0.3, "float32")
    inside = slice(antialiased.margin, -antialiased.margin)
    # Where there is nothing to blur, both compute the same.
    np.testing.assert_allclose(
        ops.convert_to_numpy(antialiased(flat))[:, inside, inside],
        ops.convert_to_numpy(aliased(flat))[:, inside, inside],
        atol=1e-5,
    )
    assert np.abs(antialiased(edges()) - aliased(edges())).max() > 1e-3


@pytest.mark.parametrize("blocks", [1, 2])
def test_nothing_beyond_the_margin_counts_for_a_pixel(blocks):
    generator = AntialiasedFastGenerator(2, blocks, seed=0)
    margin = generator.margin
    reached = reached_rows(generator)
    # What comes through the tails of all blurs is rounded away.
    assert margin - 16 < reached <= margin


def test_tiles_are_translated_as_the_image_is():
    generator = visible()
    image = edges(150)[0, :, :131]
    whole = translate(generator, image)
    exact = translate(generator, image, mode="exact_tiled", tile=40)
    np.testing.assert_allclose(exact, whole, atol=1e-5)


def test_a_configuration_chooses_it_and_a_file_brings_it_back(tmp_path):
    config = semst_tf.preset_config("faster").replace(
        {"generator.kind": "fast_antialiased", "generator.filters": 4}
    )
    generator = make_generator(config)
    assert isinstance(generator, AntialiasedFastGenerator)
    generator.save(tmp_path / "a.keras")
    loaded = keras.saving.load_model(tmp_path / "a.keras")
    images = edges(33)
    np.testing.assert_allclose(loaded(images), generator(images), atol=1e-6)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_stays_close_to_the_full_one(policy):
    half = AntialiasedFastGenerator(4, 1, seed=0, dtype=policy)
    full = AntialiasedFastGenerator(4, 1, seed=0)
    difference = np.abs(half(edges(40)) - full(edges(40)))
    assert difference.max() < 0.03
