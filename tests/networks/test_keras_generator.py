import keras
import numpy as np
import pytest
from small import batch
from small import small_config
from small import values

from semst_tf import SemST
from semst_tf.networks import KerasGenerator
from semst_tf.networks import PatchDiscriminator

pytestmark = pytest.mark.backend_neutral
trains = pytest.mark.skipif(
    keras.backend.backend() not in ("tensorflow", "jax"),
    reason="trains with TensorFlow and JAX",
)


def network(channels=3, outputs=3, last="tanh"):
    inputs = keras.Input((None, None, channels))
    hidden = keras.layers.Conv2D(4, 3, padding="same", name="stem")(inputs)
    hidden = keras.layers.BatchNormalization(name="norm")(hidden)
    hidden = keras.layers.Dropout(0.5)(hidden)
    hidden = keras.layers.Conv2D(6, 3, padding="same", name="deep")(hidden)
    painted = keras.layers.Conv2D(outputs, 3, padding="same", activation=last)
    return keras.Model(inputs, painted(hidden))


def generator(**options):
    return KerasGenerator(network(**options), features=["stem", "deep"])


def model(preset="fastcut", discriminator=None, **overrides):
    return SemST(small_config(preset, **overrides), generator(), discriminator)


def scorer(channels=3):
    return keras.Sequential(
        [
            keras.Input((None, None, channels)),
            keras.layers.Conv2D(1, 4, strides=2),
        ]
    )


def test_features_have_names_and_are_those_of_the_layers():
    made = generator()
    images = batch()["source"]
    features = made.features(images)
    assert list(features) == ["encoder/stem", "encoder/deep"]
    assert made.feature_channels == (4, 6)
    outputs, met = made(images, return_features=True)
    for one, other in zip(met, features.values(), strict=True):
        np.testing.assert_allclose(*values([one, other]), atol=1e-6)
    np.testing.assert_allclose(*values([outputs, made(images)]), atol=1e-6)
    assert outputs.shape == images.shape
    assert len(made.weights) == len(made.network.weights)


@pytest.mark.parametrize(
    "features", [(), ["none"], ["stem", "none"], "stem", ["dense"]]
)
def test_layers_that_are_none_or_no_maps_are_refused(features):
    with pytest.raises(ValueError, match="there are .*stem.*Received: "):
        KerasGenerator(network(), features)


def test_networks_that_map_no_images_to_images_are_refused():
    smaller = keras.Sequential(
        [keras.Input((16, 16, 3)), keras.layers.Conv2D(3, 3)]
    )
    with pytest.raises(ValueError, match="same size.*Received: "):
        KerasGenerator(smaller, features=["x"])
    with pytest.raises(ValueError, match="functional or sequential"):
        KerasGenerator(PatchDiscriminator(4, 1), features=["x"])


def test_a_plain_keras_model_is_refused_with_what_to_do():
    with pytest.raises(ValueError, match="KerasGenerator.*without"):
        SemST(small_config("cut"), generator=network())
    with pytest.raises(ValueError, match="Received: multi_scale.fusion="):
        SemST(small_config("tiny_multiscale"), generator=generator())


@pytest.mark.parametrize(
    ("wrong", "words"),
    [
        (scorer(1), "generator.output_channels"),
        (network(), "scores of shape"),
    ],
)
def test_a_discriminator_that_scores_something_else_is_refused(wrong, words):
    with pytest.raises(ValueError, match=f"(?s){words}"):
        model(discriminator=wrong)


def test_the_configuration_follows_the_network():
    made = SemST.from_preset(
        "semst", generator=generator(channels=1, outputs=2)
    )
    assert made.config.generator.input_channels == 1
    assert made.config.generator.output_channels == 2
    assert not made.config.generator.residual
    assert made.config.generator.strength == 1.0


@trains
def test_given_networks_train_as_a_whole_and_are_averaged():
    made = model(discriminator=scorer(), **{"training.ema_decay": 0.5})
    made.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    before = made.get_weights()
    made.fit(batch(), verbose=0)
    assert made.discriminator.weights[0].shape == (4, 4, 3, 1)
    norm = made.generator.network.get_layer("norm")
    # Layers know that they train.
    assert np.abs(values([norm.moving_mean])[0]).max() > 0
    for weight, old in zip(made.weights, before, strict=True):
        if "kernel" in weight.path:
            assert (values([weight])[0] != old).any(), weight.path
    images = batch()["source"]
    np.testing.assert_allclose(
        *values([made(images), made.average_generator(images)]), atol=1e-6
    )
    assert made.translate(images).shape == images.shape


@trains
def test_a_model_with_given_networks_is_saved_and_loaded(tmp_path):
    made = model("cut", scorer(), **{"training.ema_decay": 0.5})
    made.compile(keras.optimizers.SGD(0.1), run_eagerly=True)
    made.train_on_batch(batch())
    made.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert loaded.config == made.config
    assert type(loaded.generator) is KerasGenerator
    for one, other in zip(
        loaded.get_weights(), made.get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)
    images = batch()["source"]
    np.testing.assert_allclose(
        loaded.predict(images, verbose=0),
        made.predict(images, verbose=0),
        atol=1e-6,
    )
    copy = keras.models.clone_model(loaded)
    assert copy.generator.layer_names == made.generator.layer_names


@pytest.mark.parametrize("last", ["sigmoid", "relu"])
def test_a_network_that_gives_no_dark_image_is_refused(last):
    with pytest.raises(ValueError, match=rf"Rescaling.*'{last}'"):
        generator(last=last)
    inner = network(last=last)
    scaled = keras.layers.Rescaling(2.0, -1.0)(inner.output)
    KerasGenerator(keras.Model(inner.input, scaled), features=["stem"])
    outer = keras.Sequential([keras.Input((None, None, 3)), inner])
    with pytest.raises(ValueError, match="reach all of"):
        KerasGenerator(outer, features=[inner.name])


def strided():
    inputs = keras.Input((None, None, 3))
    hidden = keras.layers.Conv2D(4, 3, 4, padding="same", name="stem")(inputs)
    hidden = keras.layers.UpSampling2D(4)(hidden)
    tanh = keras.layers.Conv2D(3, 3, padding="same", activation="tanh")
    return keras.Model(inputs, tanh(hidden))


@pytest.mark.parametrize("stride", [1, 2, 4, 8])
def test_the_stride_of_a_network_need_not_be_told(stride):
    given = KerasGenerator(strided(), features=["stem"], stride=stride)
    assert given.stride == given.minimum_size == max(stride, 4)


def test_a_network_that_no_stride_fits_is_refused():
    inputs = keras.Input((None, None, 3))
    valid = keras.layers.Conv2D(3, 3, activation="tanh", name="valid")
    network = keras.Model(inputs, valid(inputs))
    with pytest.raises(ValueError, match=r"stride=1.*makes \d+x"):
        KerasGenerator(network, features=["valid"])


@pytest.mark.parametrize("size", [(37, 8), (1, 5), (16, 12)])
def test_sizes_are_kept_that_a_stride_does_not_divide(size):
    network = strided()
    given = KerasGenerator(network, features=["stem"])
    images = np.random.default_rng(0).uniform(-1, 1, (1, *size, 3))
    translated, features = given(images, return_features=True)
    assert translated.shape == images.shape
    rows, columns = (-(-side // 4) for side in size)
    assert features[0].shape == (1, rows, columns, 4)
    again = type(given).from_config(given.get_config())
    again.set_weights(given.get_weights())
    np.testing.assert_allclose(*values([again(images), translated]), atol=1e-5)
    if rows * 4 == size[0] and columns * 4 == size[1]:
        plain = network(images.astype("float32"))
        np.testing.assert_allclose(*values([plain, translated]), atol=1e-5)
    else:
        assert np.isfinite(np.asarray(values([translated])[0])).all()
