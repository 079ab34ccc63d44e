import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers import WinogradConv2D
from semst_tf.layers import direct_convolutions
from semst_tf.layers import winograd_conv2d

pytestmark = pytest.mark.backend_neutral


@pytest.fixture
def taken(monkeypatch):
    """Counts the calls that take the fast way."""
    calls = []
    convolve = winograd_conv2d.winograd_convolution

    def counted(*arguments):
        calls.append(arguments)
        return convolve(*arguments)

    monkeypatch.setattr(winograd_conv2d, "winograd_convolution", counted)
    monkeypatch.setattr(
        winograd_conv2d, "_on_processor_with_tensorflow", lambda: True
    )
    return calls


def _images(channels=64):
    random = np.random.default_rng(0)
    return random.normal(size=(2, 9, 10, channels)).astype("float32")


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_it_is_the_layer_of_keras(padding, taken):
    layer = WinogradConv2D(
        80, padding=padding, activation="tanh", bias_initializer="ones"
    )
    plain = keras.layers.Conv2D(
        80, 3, padding=padding, activation="tanh", bias_initializer="ones"
    )
    layer.build((None, None, None, 64))
    plain.build((None, None, None, 64))
    plain.set_weights(layer.get_weights())
    np.testing.assert_allclose(
        ops.convert_to_numpy(layer(_images())),
        ops.convert_to_numpy(plain(_images())),
        atol=1e-5,
    )
    assert len(taken) == 1


def test_without_bias_nothing_is_added(taken):
    layer = WinogradConv2D(64, use_bias=False)
    zeros = layer(np.zeros((1, 5, 5, 64), "float32"))
    assert not np.any(ops.convert_to_numpy(zeros)) and taken


@pytest.mark.parametrize("channels, filters", [(63, 64), (64, 63)])
def test_few_channels_do_not_pay(channels, filters, taken):
    WinogradConv2D(filters)(_images(channels))
    assert not taken


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_keeps_its_digits(dtype, taken):
    WinogradConv2D(64, dtype=dtype)(_images())
    assert not taken


@pytest.mark.parametrize("known", [True, False])
def test_maps_that_would_take_too_much_memory_are_direct(
    known, taken, monkeypatch
):
    layer = WinogradConv2D(64)
    layer.build((None, None, None, 64))
    plain = keras.layers.Conv2D(64, 3)
    plain.build((None, None, None, 64))
    plain.set_weights(layer.get_weights())
    shape = (None, 9, 10, 64) if known else (None, None, None, 64)
    inputs = keras.Input(shape[1:])
    model = keras.Model(inputs, layer(inputs))
    images = _images()
    # Enough for one of the pictures and not for two.
    fits = int(1.5 * layer._transform_bytes(images[:1]))
    monkeypatch.setattr(winograd_conv2d, "MOST_BYTES", fits)
    for batch in (images, images[:1]):
        np.testing.assert_allclose(
            model.predict(batch, verbose=0, batch_size=2),
            ops.convert_to_numpy(plain(batch)),
            atol=1e-5,
        )
    taken.clear()
    layer(images)
    assert not taken
    layer(images[:1])
    assert taken


def test_graphs_for_elsewhere_are_direct(taken):
    layer = WinogradConv2D(64)
    with direct_convolutions():
        layer(_images())
        with direct_convolutions(False):
            assert not taken
            layer(_images())
        assert len(taken) == 1
    layer(_images())
    assert len(taken) == 2


def test_it_comes_back_from_its_config():
    layer = WinogradConv2D(64, padding="same", use_bias=False)
    config = keras.saving.serialize_keras_object(layer)
    copy = keras.saving.deserialize_keras_object(config)
    assert copy.get_config() == layer.get_config()
    assert copy.kernel_size == (3, 3)
