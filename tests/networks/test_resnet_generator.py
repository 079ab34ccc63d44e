import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers import GuidedFilter
from semst_tf.layers.conv2d import direct_convolutions
from semst_tf.layers.match_channels import match_channels
from semst_tf.networks import ResNetGenerator


def small(**arguments):
    arguments = {"filters": 4, "blocks": 2, "seed": 0, **arguments}
    return ResNetGenerator(**arguments)


def random_images(height, width, channels=3, count=1):
    random = np.random.default_rng(0)
    shape = (count, height, width, channels)
    return random.uniform(-1, 1, shape).astype("float32")


def test_default_network_has_the_published_number_of_parameters():
    assert ResNetGenerator().count_params() == 11_378_179


def test_default_features_have_the_published_layers_and_shapes():
    generator = ResNetGenerator()
    assert generator.feature_layers == (0, 4, 8, 12, 16)
    assert generator.feature_channels == (3, 128, 256, 256, 256)
    # A quarter of the published 256 x 256 costs a sixteenth.
    features = generator.encode(random_images(64, 64))
    assert [feature.shape[1:] for feature in features] == [
        (70, 70, 3),
        (64, 64, 128),
        (32, 32, 256),
        (16, 16, 256),
        (16, 16, 256),
    ]


@pytest.mark.backend_neutral
@pytest.mark.parametrize("size", [(1, 1), (1, 33), (7, 9), (30, 45), (8, 8)])
def test_output_has_the_size_of_the_input(size):
    outputs = ops.convert_to_numpy(small()(random_images(*size, count=2)))
    assert outputs.shape == (2, *size, 3)
    assert np.isfinite(outputs).all() and np.abs(outputs).max() <= 1


@pytest.mark.backend_neutral
@pytest.mark.parametrize(
    ("inputs", "outputs"), [(1, 1), (5, 5), (1, 3), (3, 1), (5, 2)]
)
def test_channels_in_and_out_are_independent(inputs, outputs):
    generator = small(input_channels=inputs, output_channels=outputs)
    assert generator(random_images(9, 8, inputs)).shape == (1, 9, 8, outputs)
    assert generator.feature_channels[0] == inputs


@pytest.mark.backend_neutral
def test_images_of_a_batch_do_not_influence_each_other():
    generator, images = small(), random_images(12, 12, count=3)
    together = ops.convert_to_numpy(generator(images))
    alone = [ops.convert_to_numpy(generator(images[i : i + 1])) for i in (0, 2)]
    np.testing.assert_allclose(
        together[[0, 2]], np.concatenate(alone), atol=1e-6
    )


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="other backends have static shapes",
)
def test_one_graph_serves_images_of_every_size():
    import tensorflow as tf

    generator = small()
    signature = [tf.TensorSpec((None, None, None, 3), "float32")]
    graph = tf.function(lambda x: generator(x), input_signature=signature)
    for size in ((1, 1), (7, 9), (16, 12)):
        images = random_images(*size)
        outputs = graph(images).numpy()
        assert outputs.shape == images.shape
        np.testing.assert_allclose(
            outputs, generator(images).numpy(), atol=1e-5
        )


@pytest.mark.backend_neutral
@pytest.mark.parametrize("size", [(16, 12), (7, 9)])
def test_features_of_the_call_are_those_of_encode(size):
    generator, images = small(), random_images(*size)
    outputs, features = generator(images, return_features=True)
    np.testing.assert_allclose(outputs, generator(images), atol=1e-6)
    for one, other in zip(features, generator.encode(images), strict=True):
        np.testing.assert_allclose(one, other, atol=1e-6)


@pytest.mark.parametrize(
    ("blocks", "layers"),
    [(1, (0, 4, 8, 12)), (3, (0, 4, 8, 12, 13)), (6, (0, 4, 8, 12, 14))],
)
def test_other_depths_have_their_own_contrastive_layers(blocks, layers):
    assert small(blocks=blocks).feature_layers == layers


def test_chosen_feature_layers_are_what_encode_returns():
    generator = small(feature_layers=[3, 13])
    features = generator.encode(random_images(8, 8))
    assert [feature.shape[-1] for feature in features] == [4, 16]
    assert generator.feature_channels == (4, 16)


@pytest.mark.parametrize(
    "layers", [(), (-1, 4), (4, 4), (8, 4), (0, 14), (0, 100)]
)
def test_feature_layers_outside_the_encoder_are_refused(layers):
    with pytest.raises(ValueError, match="Received: feature_layers="):
        small(feature_layers=layers)


@pytest.mark.parametrize(
    "arguments",
    [
        {"filters": 0},
        {"blocks": 0},
        {"blocks": 1.5},
        {"input_channels": -1},
        {"output_channels": "3"},
    ],
)
def test_sizes_that_are_no_positive_integers_are_refused(arguments):
    with pytest.raises(ValueError, match="Received: "):
        small(**arguments)


@pytest.mark.backend_neutral
def test_no_two_kernels_start_alike():
    kernels = [w for w in small().get_weights() if w.ndim > 1]
    for index, kernel in enumerate(kernels):
        for other in kernels[:index]:
            assert kernel.shape != other.shape or (kernel != other).all()


@pytest.mark.parametrize("policy", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_gives_float32_images_close_to_the_full_one(policy):
    images = random_images(12, 16)
    outputs = small(dtype=policy)(images)
    assert keras.backend.standardize_dtype(outputs.dtype) == "float32"
    np.testing.assert_allclose(outputs, small()(images), atol=0.02)


@pytest.mark.backend_neutral
@pytest.mark.parametrize("policy", ["float32", "mixed_bfloat16"])
def test_a_gain_begins_near_the_input_also_at_black_and_white(policy):
    generator = small(residual=True, residual_output="gain", dtype=policy)
    images = np.clip(2 * random_images(9, 13), -1, 1)
    outputs = ops.convert_to_numpy(generator(images))
    assert 0 < np.abs(outputs - images).max() < 0.1
    assert np.abs(outputs).max() <= 1


@pytest.mark.backend_neutral
def test_a_gain_of_zero_leaves_nothing_of_the_input():
    generator = small(residual=True, residual_output="gain")
    generator.start_at([0.5, -0.5, 2.0])
    kernel, bias = (w.shape for w in generator.head[1].weights)
    assert kernel[-1] == bias[0] == 4
    values = ops.convert_to_numpy(generator.head[1].bias).copy()
    values[3] = -30.0
    generator.head[1].bias.assign(values)
    generator.head[1].kernel.assign(np.zeros(kernel))
    outputs = ops.convert_to_numpy(generator(random_images(8, 8)))
    expected = np.array([0.5, -0.5, 0.95]) / 0.98
    np.testing.assert_allclose(outputs[0, 3, 4], expected, atol=1e-5)
    np.testing.assert_allclose(np.ptp(outputs, (1, 2)), 0, atol=1e-5)


def test_an_unknown_residual_output_is_refused():
    with pytest.raises(ValueError, match="Received: residual_output='add'"):
        small(residual=True, residual_output="add")


@pytest.mark.backend_neutral
@pytest.mark.parametrize("output", ["shift", "gain"])
@pytest.mark.parametrize("channels", [(3, 3), (3, 1)])
def test_strength_is_the_share_of_the_way_from_the_input(channels, output):
    arguments = dict(zip(("input_channels", "output_channels"), channels))
    generator = small(residual=True, residual_output=output, **arguments)
    # Far enough to be clearly another image.
    generator.set_weights([100 * w for w in generator.get_weights()])
    images = random_images(9, 8, channels[0])
    whole = ops.convert_to_numpy(generator(images))
    generator.strength = 0.0
    start = ops.convert_to_numpy(generator(images))
    generator.strength = 0.25
    quarter = ops.convert_to_numpy(generator(images))
    assert np.abs(whole - start).max() > 0.1
    np.testing.assert_allclose(quarter, start + (whole - start) / 4, atol=1e-5)
    copy = ResNetGenerator.from_config(generator.get_config())
    assert copy.strength == 0.25


@pytest.mark.backend_neutral
@pytest.mark.parametrize("output", ["shift", "gain"])
@pytest.mark.parametrize("channels", [(3, 3), (1, 3), (5, 1)])
def test_a_guided_filter_leaves_the_input_at_a_strength_of_zero(
    channels, output
):
    arguments = dict(zip(("input_channels", "output_channels"), channels))
    generator = small(
        residual=True, residual_output=output, guided_radius=4, **arguments
    )
    generator.set_weights([100 * w for w in generator.get_weights()])
    plain = small(residual=True, residual_output=output, **arguments)
    plain.set_weights(generator.get_weights())
    images = random_images(21, 18, channels[0])
    outputs = ops.convert_to_numpy(generator(images))
    assert outputs.shape == (*images.shape[:3], channels[1])
    assert np.abs(outputs).max() <= 1
    assert np.abs(outputs - ops.convert_to_numpy(plain(images))).max() > 0.1
    generator.strength = plain.strength = 0.0
    np.testing.assert_allclose(generator(images), plain(images), atol=1e-6)
    copy = ResNetGenerator.from_config(generator.get_config())
    assert copy.guided_radius == 4


@pytest.mark.parametrize("channels", [(3, 3), (1, 2)])
def test_a_guided_filter_puts_a_direct_output_on_the_edges_of_the_input(
    channels,
):
    inputs, outputs = channels
    generator = small(
        input_channels=inputs, output_channels=outputs, guided_radius=4
    )
    plain = small(input_channels=inputs, output_channels=outputs)
    images = np.random.default_rng(0).uniform(-1, 1, (1, 30, 41, inputs))
    images = images.astype("float32")
    seen = ops.convert_to_numpy(match_channels(images, outputs))
    size = [(0, 0), (0, 2), (0, 3), (0, 0)]
    padded = [
        np.pad(maps, size, "reflect")
        for maps in (seen, ops.convert_to_numpy(plain(images)))
    ]
    added = GuidedFilter(4)(padded[1] - padded[0], guide=padded[0])
    added = ops.convert_to_numpy(added)[:, :30, :41]
    for strength in (1.0, 0.5):
        generator.strength = strength
        np.testing.assert_allclose(
            ops.convert_to_numpy(generator(images))[:, :16, :24],
            np.clip(seen + strength * added, -1, 1)[:, :16, :24],
            atol=1e-4,
        )
    generator.guided_radius = None
    assert generator.strength == 1.0


def test_a_generator_that_was_saved_before_there_was_a_guided_filter_loads():
    config = small(residual=True).get_config()
    del config["guided_radius"]
    assert ResNetGenerator.from_config(config).guided_radius is None


@pytest.mark.parametrize(
    ("strength", "residual"), [(-0.1, True), (1.1, True), (0.5, False)]
)
def test_a_strength_that_means_nothing_is_refused(strength, residual):
    with pytest.raises(ValueError, match="Received: strength="):
        small(strength=strength, residual=residual)


def test_fewer_multiplications_cost_no_more_than_half_a_digit():
    single = ResNetGenerator(filters=64, seed=0)
    # Channels of the size that they have in a trained generator.
    random = np.random.default_rng(0)
    single.set_weights(
        [
            random.normal(0, np.sqrt(2 / np.prod(w.shape[:-1])), w.shape)
            if w.ndim > 1
            else random.normal(0, 0.1, w.shape)
            for w in single.get_weights()
        ]
    )
    double = ResNetGenerator(filters=64, dtype="float64")
    double.set_weights(single.get_weights())
    ramp = np.linspace(-1, 1, 64, dtype="float32")
    images = np.stack([ramp + 0 * ramp[:, None]] * 3, axis=-1)[None]
    exact = ops.convert_to_numpy(double(images.astype("float64")))

    def error():
        return np.abs(ops.convert_to_numpy(single(images)) - exact).max()

    with direct_convolutions():
        direct = error()
    assert error() < 3 * direct + 1e-6
    assert error() < 1e-4


@pytest.mark.backend_neutral
def test_weights_are_saved_under_the_names_of_keras_layers(tmp_path):
    # As all versions saved them, so that each can load the others' models.
    h5py = pytest.importorskip("h5py")
    small(blocks=1).save_weights(tmp_path / "g.weights.h5")
    names = set()
    with h5py.File(tmp_path / "g.weights.h5") as file:
        file.visit(names.add)
    for place in ("layers/conv2d", "layers/conv2d_5", "layers/residual_block"):
        assert any(place in name for name in names), sorted(names)
    assert not any("winograd" in name for name in names)
