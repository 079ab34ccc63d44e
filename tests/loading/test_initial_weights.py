import pathlib
import shutil

import numpy as np
import pytest
from small import batch
from small import small_model

import semst_tf
from semst_tf.importers import cut_discriminator
from semst_tf.importers import cut_generator
from semst_tf.inference.translate import translate
from semst_tf.loading.initial_weights import load_initial_weights
from semst_tf.loading.load_network import load_network

REFERENCE = pathlib.Path(__file__).parents[1] / "reference"


@pytest.fixture(scope="module")
def earlier(tmp_path_factory):
    """A trained model whose average differs from its generator."""
    model = small_model("tiny", **{"training.ema_decay": 0.5, "seed": 3})
    model.compile(run_eagerly=True)
    model.fit(batch(count=2), batch_size=2, verbose=0)
    path = tmp_path_factory.mktemp("earlier") / "model.keras"
    model.save(path)
    return path, model


def assert_equal(one, other):
    for weight, expected in zip(one, other, strict=True):
        np.testing.assert_array_equal(weight, expected)


def test_what_translates_becomes_generator_and_average(earlier):
    path, trained = earlier
    model = small_model("tiny", **{"training.ema_decay": 0.9})
    lines = load_initial_weights(model, path)
    expected = trained.average_generator.get_weights()
    assert np.any(expected[0] != trained.generator.get_weights()[0])
    assert_equal(model.generator.get_weights(), expected)
    assert_equal(model.average_generator.get_weights(), expected)
    for name in ("discriminator", "projector"):
        assert_equal(
            getattr(model, name).get_weights(),
            getattr(trained, name).get_weights(),
        )
    assert (
        lines[0]
        == f"generator: {len(expected)} of {len(expected)} weights taken"
    )
    assert lines[1].startswith("discriminator: ")
    assert lines[2].startswith("projector: ")
    assert len(lines) == 3


def test_heads_and_discriminators_of_other_presets_start_anew(earlier):
    path, trained = earlier
    model = small_model(
        "semst_pixels", **{"discriminator.layers": 2, "contrastive.units": 8}
    )
    before = model.discriminator.get_weights()
    lines = load_initial_weights(model, path)
    assert_equal(
        model.generator.get_weights(), trained.average_generator.get_weights()
    )
    assert_equal(model.discriminator.get_weights(), before)
    assert "trained with generator.residual=false" in lines[0]
    assert lines[1:] == [
        "discriminator: starts anew, its weights have other shapes",
        "projector: starts anew, its weights have other shapes",
    ]


def test_of_other_channels_all_but_the_first_convolution_is_taken(earlier):
    model = small_model("tiny", **{"generator.input_channels": 1})
    lines = load_initial_weights(model, earlier[0])
    assert "not those of shapes (7, 7, 1, 4)" in lines[0]
    assert_equal(
        model.generator.get_weights()[1:],
        earlier[1].average_generator.get_weights()[1:],
    )


def test_more_blocks_begin_with_those_that_there_are(earlier):
    model = small_model("tiny", **{"generator.blocks": 2})
    (first, *_) = load_initial_weights(model, earlier[0])
    taken = earlier[1].average_generator.get_weights()
    weights = model.generator.get_weights()
    assert_equal(weights[: len(taken) - 6], taken[:-6])
    assert_equal(weights[-6:], taken[-6:])
    assert first.startswith(f"generator: {len(taken)} of {len(weights)} ")


def test_two_scales_begin_with_one(earlier):
    model = small_model("tiny_multiscale")
    lines = load_initial_weights(model, earlier[0])
    assert_equal(
        model.generator.base.get_weights(),
        earlier[1].average_generator.get_weights(),
    )
    assert "scale_attention: starts anew, the file has none" in lines


def test_a_generator_of_another_width_is_refused_by_name(earlier):
    model = small_model("tiny", **{"generator.filters": 6})
    before = model.get_weights()
    with pytest.raises(
        ValueError, match="generator.filters.*Received: .*keras"
    ):
        load_initial_weights(model, earlier[0])
    assert_equal(model.get_weights(), before)


def test_the_translator_that_ships_is_found_by_its_name():
    model = small_model(
        "tiny", **{"generator.filters": 16, "generator.blocks": 4}
    )
    lines = load_initial_weights(model, "colour2vintage")
    assert lines[0] == "generator: 28 of 28 weights taken"
    assert "discriminator: starts anew, the file has none" in lines
    assert model.generator.started


@pytest.mark.parametrize("named", ["latest_net_G.pth", ""])
def test_networks_of_cut_are_taken_from_their_file_or_folder(tmp_path, named):
    for letter in "GD":
        shutil.copy(
            REFERENCE / f"cut_net_{letter}.pth",
            tmp_path / f"latest_net_{letter}.pth",
        )
    generator = cut_generator(REFERENCE / "cut_net_G.pth")
    discriminator = cut_discriminator(REFERENCE / "cut_net_D.pth")
    fields = {
        "generator.filters": generator.filters,
        "generator.blocks": generator.blocks,
        "discriminator.filters": discriminator.get_config()["filters"],
        "discriminator.layers": discriminator.get_config()["layers"],
    }
    model = small_model("cut", **fields)
    lines = load_initial_weights(model, tmp_path / named)
    count = len(generator.weights)
    assert lines[0] == f"generator: {count} of {count} weights taken"
    assert lines[1].startswith("discriminator: ") and "taken" in lines[1]
    assert_equal(model.generator.get_weights(), generator.get_weights())
    assert_equal(model.discriminator.get_weights(), discriminator.get_weights())


def test_a_generator_that_was_saved_alone_is_taken(tmp_path, earlier):
    _, trained = earlier
    trained.translator.save(tmp_path / "translator.keras")
    model = small_model("tiny")
    lines = load_initial_weights(model, tmp_path / "translator.keras")
    assert_equal(
        model.generator.get_weights(), trained.translator.get_weights()
    )
    assert "discriminator: starts anew, the file has none" in lines


def test_there_is_a_clear_word_where_there_is_no_model(tmp_path):
    with pytest.raises(ValueError, match="Received: .*missing"):
        load_initial_weights(small_model("tiny"), tmp_path / "missing")


def test_a_preset_with_weights_takes_the_generator_of_the_file(earlier):
    path, trained = earlier
    model = semst_tf.SemST.from_preset(
        "semst", load_weights=path, **{"discriminator.units": 8}
    )
    options = model.config.generator
    assert (options.filters, options.blocks) == (4, 1)
    assert not options.residual
    for generator in (model.generator, model.average_generator):
        assert_equal(
            generator.get_weights(), trained.average_generator.get_weights()
        )


def test_a_shipped_translator_is_continued_by_its_name():
    model = semst_tf.SemST.from_preset(
        "semst_pixels", load_weights="colour2vintage"
    )
    image = np.random.default_rng(0).integers(0, 255, (12, 12, 3), "uint8")
    # The filter of a translator is a choice of each configuration.
    shipped = load_network("colour2vintage", guided_radius=0)
    np.testing.assert_allclose(
        model.translate(image).astype(int),
        translate(shipped, image).astype(int),
        atol=1,
    )
    with pytest.raises(ValueError, match="colour2vintage.*Received: nothing"):
        semst_tf.SemST.from_preset("tiny", load_weights="nothing")
