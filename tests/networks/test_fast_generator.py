import keras
import numpy as np
import pytest
from keras import ops
from reach import reached_rows

import semst_tf
from semst_tf.inference.translate import translate
from semst_tf.networks import FastGenerator
from semst_tf.networks.make_networks import make_generator


def small(**arguments):
    return FastGenerator(**{"filters": 4, "blocks": 1, "seed": 0, **arguments})


def visible(**arguments):
    """A small network whose translations differ clearly from the input."""
    generator = small(**arguments)
    head = generator.head[0].kernel
    head.assign(30 * ops.convert_to_numpy(head))
    return generator


def images(height, width, channels=3, count=1):
    random = np.random.default_rng(0)
    shape = (count, height, width, channels)
    return random.uniform(-1, 1, shape).astype("float32")


@pytest.mark.parametrize(
    ("preset", "parameters"), [("fast", 334_915), ("faster", 65_955)]
)
def test_presets_have_the_sizes_of_the_page(preset, parameters):
    generator = make_generator(semst_tf.preset_config(preset))
    assert isinstance(generator, FastGenerator)
    assert generator.count_params() == parameters
    # Room for graph and card below 2 MB.
    assert 4 * parameters < 1.5e6


@pytest.mark.backend_neutral
@pytest.mark.parametrize("size", [(1, 1), (1, 33), (7, 9), (30, 45), (8, 8)])
def test_output_has_the_size_of_the_input(size):
    outputs = ops.convert_to_numpy(visible()(images(*size, count=2)))
    assert outputs.shape == (2, *size, 3)
    assert np.isfinite(outputs).all() and np.abs(outputs).max() <= 1


@pytest.mark.backend_neutral
@pytest.mark.parametrize(("inputs", "outputs"), [(5, 5), (1, 3), (3, 1)])
def test_channels_in_and_out_are_independent(inputs, outputs):
    generator = small(input_channels=inputs, output_channels=outputs)
    assert generator(images(9, 8, inputs)).shape == (1, 9, 8, outputs)


@pytest.mark.backend_neutral
def test_images_of_a_batch_do_not_influence_each_other():
    generator, batch = visible(), images(12, 12, count=3)
    together = ops.convert_to_numpy(generator(batch))
    alone = [ops.convert_to_numpy(generator(batch[i : i + 1])) for i in (0, 2)]
    np.testing.assert_allclose(
        together[[0, 2]], np.concatenate(alone), atol=1e-6
    )


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="other backends have static shapes",
)
def test_one_graph_serves_images_of_every_size():
    import tensorflow as tf

    generator = visible()
    signature = [tf.TensorSpec((None, None, None, 3), "float32")]
    graph = tf.function(lambda x: generator(x), input_signature=signature)
    for size in ((1, 1), (7, 9), (16, 24)):
        np.testing.assert_allclose(
            graph(images(*size)), generator(images(*size)), atol=1e-5
        )


@pytest.mark.backend_neutral
def test_features_have_the_names_and_channels_that_it_says():
    generator, batch = small(blocks=3), images(17, 24)
    outputs, listed = generator(batch, return_features=True)
    assert outputs.shape == batch.shape
    found = generator.features(batch)
    assert tuple(found) == generator.feature_names
    assert "encoder/block_2" in found
    channels = tuple(maps.shape[-1] for maps in found.values())
    assert channels == generator.feature_channels
    for one, other in zip(listed, found.values(), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.backend_neutral
def test_training_begins_at_the_input_and_strength_leads_back_to_it():
    batch = images(9, 16)
    assert np.abs(ops.convert_to_numpy(small()(batch)) - batch).max() < 0.1
    generator = visible()
    whole = ops.convert_to_numpy(generator(batch))
    assert np.abs(whole - batch).max() > 0.1
    generator.strength = 0.25
    quarter = ops.convert_to_numpy(generator(batch))
    np.testing.assert_allclose(quarter, batch + (whole - batch) / 4, atol=1e-5)
    assert FastGenerator.from_config(generator.get_config()).strength == 0.25


def test_a_direct_output_begins_at_a_colour():
    generator = small(residual=False)
    assert not generator.started
    generator.start_at([0.5, 0.0, -0.5])
    assert generator.started
    mean = ops.convert_to_numpy(generator(0 * images(16, 16))).mean((0, 1, 2))
    np.testing.assert_allclose(mean, [0.5, 0.0, -0.5], atol=0.05)


@pytest.mark.backend_neutral
@pytest.mark.parametrize("blocks", [1, 2])
def test_nothing_beyond_the_margin_counts_for_a_pixel(blocks):
    generator = FastGenerator(2, blocks, seed=0)
    margin = generator.margin
    reached = reached_rows(generator)
    assert margin - 8 < reached <= margin
    assert margin % generator.stride == 0


@pytest.mark.backend_neutral
@pytest.mark.parametrize("guided_radius", [None, 8])
def test_tiles_are_translated_as_the_image_is(guided_radius):
    generator = visible(guided_radius=guided_radius)
    picture = images(150, 171)[0]
    whole = translate(generator, picture)
    exact = translate(generator, picture, mode="exact_tiled", tile=40)
    np.testing.assert_allclose(exact, whole, atol=1e-5)
    assert np.abs(whole - picture).max() > 0.1


@pytest.mark.parametrize(
    "arguments",
    [{"filters": 0}, {"blocks": 1.5}, {"strength": 0.5, "residual": False}],
)
def test_arguments_that_mean_nothing_are_refused(arguments):
    with pytest.raises(ValueError, match="Received: "):
        small(**arguments)


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_stays_close_to_the_full_one(policy):
    batch = images(12, 16)
    outputs = small(dtype=policy)(batch)
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    np.testing.assert_allclose(outputs, small()(batch), atol=0.02)


def test_two_scales_are_refused_in_words():
    with pytest.raises(ValueError, match="generator of kind 'resnet'"):
        semst_tf.preset_config("semst_multiscale").replace(
            {"generator.kind": "fast"}
        )


def test_contrastive_losses_can_read_it():
    config = semst_tf.preset_config("cut").replace(
        {
            "generator": {"kind": "fast", "filters": 4, "blocks": 1},
            "discriminator.filters": 4,
            "discriminator.layers": 1,
            "contrastive": {"patches": 4, "units": 4},
        }
    )
    model = semst_tf.SemST(config)
    terms, _, outputs = model.objective(
        images(32, 32), images(32, 32), 0.0, keras.random.SeedGenerator(0)
    )
    assert outputs.shape == (1, 32, 32, 3)
    assert np.isfinite(ops.convert_to_numpy(terms["contrastive"].value)).all()
