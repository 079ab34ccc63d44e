import keras
import numpy as np
import pytest
from keras import layers
from keras import ops

from semst_tf.pretrained.keras_features import KerasFeatures

pytestmark = pytest.mark.backend_neutral


def images(height=32, width=48, channels=3, count=2, seed=0):
    random = np.random.default_rng(seed)
    shape = (count, height, width, channels)
    return random.uniform(-1, 1, shape).astype("float32")


def backbone(channels=3, seed=0):
    """Two residual blocks and a pyramid level behind a zero padding."""
    random = keras.initializers.HeNormal(seed=seed)
    inputs = keras.Input((None, None, channels))
    maps = layers.Conv2D(
        8, 3, 2, "same", kernel_initializer=random, name="stem"
    )(inputs)
    maps = layers.BatchNormalization(name="norm")(maps)
    skip = layers.Conv2D(8, 1, kernel_initializer=random, name="inside")(maps)
    maps = layers.Add(name="block_2")([maps, skip])
    maps = layers.ReLU(name="after")(maps)
    maps = layers.ZeroPadding2D(1, name="padding")(maps)
    maps = layers.Conv2D(12, 3, 2, kernel_initializer=random, name="deep")(maps)
    maps = layers.Dropout(0.5, name="dropout")(maps)
    pooled = layers.GlobalAveragePooling2D(name="pooled")(maps)
    return keras.Model(inputs, pooled)


def numpy(values):
    return ops.convert_to_numpy(values)


def test_strides_and_ends_of_blocks_are_found():
    network = KerasFeatures(backbone())
    assert network.strides == {"stride_2": 2, "stride_4": 4}
    assert network.channels == {"stride_2": 8, "stride_4": 12}
    assert network.names == ("stride_2", "stride_4")
    maps = network.features(images(31, 45))
    assert tuple(maps["stride_2"].shape) == (2, 16, 23, 8)
    assert tuple(maps["stride_4"].shape) == (2, 8, 12, 12)


def test_chosen_layers_are_those_of_the_model():
    model = backbone()
    network = KerasFeatures(
        model, {"a": "deep", "b": "stem"}, calibration=False
    )
    found = network.features(images())
    assert list(found) == ["b", "a"] == list(network.names)
    inner = keras.Model(model.inputs, model.get_layer("deep").output)
    np.testing.assert_allclose(
        numpy(found["a"]), numpy(inner(images(), training=False)), atol=1e-5
    )


def test_given_images_are_what_features_are_standardised_on():
    given = images(count=3)
    network = KerasFeatures(backbone(), calibration=given)
    for maps in network.features(given).values():
        np.testing.assert_allclose(numpy(maps).mean((0, 1, 2)), 0, atol=1e-3)
        np.testing.assert_allclose(numpy(maps).std((0, 1, 2)), 1, atol=1e-2)
    one = network.features(given[:1])["stride_4"]
    assert np.abs(numpy(one).mean((0, 1, 2))).max() > 1e-3


def test_statistics_are_measured_on_the_shipped_photographs_by_default():
    one, other = KerasFeatures(backbone()), KerasFeatures(backbone())
    for name in one.names:
        np.testing.assert_array_equal(
            numpy(one.features(images())[name]),
            numpy(other.features(images())[name]),
        )
    raw = KerasFeatures(backbone(), calibration=False)
    assert not np.allclose(
        numpy(raw.features(images())["stride_4"]),
        numpy(one.features(images())["stride_4"]),
    )


def test_training_the_model_afterwards_changes_nothing():
    model = backbone()
    network = KerasFeatures(model, calibration=False)
    before = numpy(network.features(images())["stride_4"])
    fine = numpy(
        KerasFeatures(model, calibration=False).features(images())["stride_2"]
    )
    model.set_weights([w + 1 for w in model.get_weights()])
    after = network.features(images(), ["stride_4"])["stride_4"]
    np.testing.assert_array_equal(before, numpy(after))
    # Another part of the model, which is put together only now.
    again = network.features(images(), ["stride_2"])["stride_2"]
    np.testing.assert_array_equal(fine, numpy(again))


def test_a_model_that_keeps_it_neither_trains_nor_saves_it(tmp_path):
    class User(keras.Model):
        def __init__(self, frozen):
            super().__init__()
            self.frozen = frozen
            self.head = layers.Dense(1)

        def call(self, inputs):
            return self.head(self.frozen.features(inputs)["stride_4"])

    user = User(KerasFeatures(backbone()))
    user(images())
    assert [w.path for w in user.weights] == [w.path for w in user.head.weights]
    path = tmp_path / "user.weights.h5"
    user.save_weights(path)
    other = User(KerasFeatures(backbone(seed=1)))
    other(images())
    other.load_weights(path)


def test_images_are_prepared_and_padded_and_matched():
    model = backbone()
    network = KerasFeatures(model, calibration=False)
    shifted = KerasFeatures(
        model, calibration=False, preprocess=lambda x: x / 2
    )
    np.testing.assert_allclose(
        numpy(shifted.features(images())["stride_2"]),
        numpy(network.features(images() / 2)["stride_2"]),
    )
    padded = KerasFeatures(model, calibration=False, multiple=16)
    maps = padded.features(images(17, 33, channels=1))["stride_4"]
    assert tuple(maps.shape) == (2, 5, 9, 12)


def test_models_of_other_channels_can_be_read():
    network = KerasFeatures(backbone(channels=4))
    assert network.input_channels == 4
    assert network.features(images(channels=4))["stride_2"].shape[-1] == 8


def test_what_cannot_be_read_is_refused():
    with pytest.raises(ValueError, match="Received: layers='nothing'"):
        KerasFeatures(backbone(), ["nothing"])
    with pytest.raises(ValueError, match="'pooled', shape="):
        KerasFeatures(backbone(), ["pooled"])
    with pytest.raises(ValueError, match="Received: model="):
        KerasFeatures(keras.Sequential([layers.Dense(1)]))
    with pytest.raises(ValueError, match="stride_4.*Received: 'stride_8'"):
        KerasFeatures(backbone()).features(images(), ["stride_8"])


def test_gradients_flow_into_images_and_no_variable_is_read():
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("gradients with TensorFlow")
    network = KerasFeatures(backbone())

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3))])
    def slope(values):
        with tf.GradientTape() as tape:
            tape.watch(values)
            maps = network.features(values, ["stride_4"])["stride_4"]
            loss = tf.reduce_sum(maps**2)
        return tape.gradient(loss, values)

    assert (np.abs(slope(images(9, 14))) > 0).mean() > 0.9
    graph = slope.get_concrete_function()
    assert graph.variables == ()
