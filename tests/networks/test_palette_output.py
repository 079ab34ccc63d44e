"""Outputs that are mixtures of a few colours."""

import keras
import numpy as np
import pytest
from small import batch
from small import small_model
from small import values

from semst_tf.config.preset_configs import preset_config
from semst_tf.data.target_palette import target_palette
from semst_tf.networks import FastGenerator
from semst_tf.networks import MultiScaleGenerator
from semst_tf.networks import ResNetGenerator
from semst_tf.networks.given_networks import config_of_generator

COLOURS = np.array([[0.82, 0.79, 0.74], [0.4, 0.63, 0.99], [-0.5, 0.2, -1.0]])
SHARES = np.array([0.6, 0.3, 0.1])


def resnet(**options):
    return ResNetGenerator(4, 1, palette=3, seed=0, **options)


def fast(**options):
    return FastGenerator(4, 1, residual=False, palette=3, seed=0, **options)


GENERATORS = [resnet, fast]


def images(size=24):
    return batch(size=size)["source"]


@pytest.mark.parametrize("make", GENERATORS)
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_a_sure_generator_gives_the_colour_itself(make, policy):
    generator = make(dtype=policy)
    generator.take_palette(COLOURS, SHARES)
    # To the bit, whatever the precision of the network.
    generator.output_bias.assign([0.0, 500.0, 0.0])
    outputs = values([generator(images())])[0]
    assert outputs.dtype == "float32"
    expected = np.broadcast_to(COLOURS[1].astype("float32"), outputs.shape)
    np.testing.assert_array_equal(outputs, expected)


@pytest.mark.parametrize("make", GENERATORS)
def test_it_begins_with_the_shares_of_the_target(make):
    generator = make()
    assert not generator.started
    generator.take_palette(COLOURS, SHARES)
    assert generator.started
    outputs = values([generator(images())])[0]
    np.testing.assert_allclose(
        outputs.mean((0, 1, 2)), SHARES @ COLOURS, atol=0.05
    )


def test_outputs_lie_between_the_colours_at_any_size():
    generator = resnet()
    generator.take_palette(COLOURS, SHARES)
    generator.head[1].kernel.assign(9 * generator.head[1].kernel)
    outputs = values([generator(images()[:, :17, :21])])[0]
    assert outputs.shape == (2, 17, 21, 3)
    weights = np.linalg.lstsq(
        np.vstack([COLOURS.T, np.ones(3)]),
        np.vstack([outputs.reshape(-1, 3).T, np.ones(outputs.size // 3)]),
        rcond=None,
    )[0]
    assert weights.min() > -1e-5
    np.testing.assert_allclose(
        weights.T @ COLOURS, outputs.reshape(-1, 3), atol=1e-5
    )


def test_a_colour_that_the_target_hardly_has_can_still_appear():
    generator = resnet()
    generator.take_palette(COLOURS, [1.0, 0.0, 0.0])
    assert np.isfinite(values([generator.output_bias])[0]).all()
    assert np.isfinite(values([generator(images())])[0]).all()


def test_a_saved_generator_has_its_colours(tmp_path):
    generator = resnet()
    generator.take_palette(COLOURS, SHARES)
    generator.save(tmp_path / "g.keras")
    again = keras.saving.load_model(tmp_path / "g.keras")
    assert again.palette == 3
    np.testing.assert_array_equal(
        *values([again(images()), generator(images())])
    )


def test_without_a_palette_there_is_no_variable_more():
    plain = ResNetGenerator(4, 1, seed=0)
    assert plain.palette is None and not plain.non_trainable_variables
    assert len(resnet().variables) == len(plain.variables) + 1


def test_two_scales_mix_what_both_give():
    generator = MultiScaleGenerator(resnet(), fusion="fixed")
    generator.take_palette(COLOURS, SHARES)
    assert generator.palette == 3 and generator.started
    generator.base.output_bias.assign([0.0, 0.0, 500.0])
    outputs = values([generator(images(32))])[0]
    expected = np.broadcast_to(COLOURS[2], outputs.shape)
    np.testing.assert_allclose(outputs, expected, atol=1e-6)


@pytest.mark.parametrize(
    "options", [{"residual": True}, {"guided_radius": 8}, {"palette": 1}]
)
def test_outputs_made_of_the_input_and_a_single_colour_are_refused(options):
    with pytest.raises(ValueError, match="palette.*Received"):
        ResNetGenerator(4, 1, **{"palette": 3, **options})


def test_a_filter_cannot_be_asked_for_later():
    generator = resnet()
    with pytest.raises(ValueError, match="guided_radius.*Received"):
        generator.guided_radius = 8
    assert generator.guided_radius is None


def test_training_moves_shares_and_no_colour():
    model = small_model("semst_palette", **{"generator.palette": 3})
    model.compile()
    assert not model.adapted
    random = np.random.default_rng(0)
    data = batch(count=4)
    data["target"] = COLOURS[random.integers(0, 3, (4, 24, 24))]
    data["target"] = data["target"].astype("float32")
    model.fit(data, batch_size=2, epochs=1, verbose=0)
    assert model.adapted
    for generator in (model.generator, model.average_generator):
        found = values([generator.palette_colours])[0]
        order = np.argsort(found[:, 0])[::-1]
        np.testing.assert_allclose(found[order], COLOURS, atol=1e-6)
    _, shares = target_palette(data["target"], 3)
    bias = values([model.generator.output_bias])[0]
    assert (np.abs(bias - np.log(shares)) > 1e-5).any()


def test_a_given_generator_brings_its_palette_and_needs_no_other_start():
    config = preset_config("semst_distant")
    assert config.generator.target_start
    options = config_of_generator(config, resnet()).generator
    assert options.palette == 3
    assert not options.residual and not options.target_start


def test_targets_of_other_channels_are_refused():
    model = small_model("semst_palette", **{"generator.palette": 2})
    flat = np.where(np.arange(8)[:, None] < 4, 0.5, -0.5)[None, None]
    with pytest.raises(ValueError, match="3 channels. Received: .* 1"):
        model.adapt(np.broadcast_to(flat, (1, 8, 8, 1)))


def test_a_palette_that_was_not_measured_is_of_greys_up_to_white():
    colours = values([resnet().palette_colours])[0]
    np.testing.assert_allclose(colours[:, 0], [-1.0, 0.0, 1.0], atol=1e-6)
    assert (colours == colours[:, :1]).all()
