import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers import Conv2D
from semst_tf.layers import conv2d
from semst_tf.layers.conv2d import direct_convolutions

pytestmark = pytest.mark.backend_neutral


@pytest.fixture
def taken(monkeypatch):
    """Counts the calls that take the fast way."""
    calls = []
    convolve = conv2d.winograd_convolution

    def counted(*arguments):
        calls.append(arguments)
        return convolve(*arguments)

    monkeypatch.setattr(conv2d, "winograd_convolution", counted)
    monkeypatch.setattr(conv2d, "_on_processor_with_tensorflow", lambda: True)
    return calls


def _images(channels=64):
    random = np.random.default_rng(0)
    return random.normal(size=(2, 9, 10, channels)).astype("float32")


@pytest.mark.parametrize("padding", ["same", "valid"])
def test_it_is_the_layer_of_keras(padding, taken):
    layer = Conv2D(
        80, 3, padding=padding, activation="tanh", bias_initializer="ones"
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
    layer = Conv2D(64, 3, use_bias=False)
    zeros = layer(np.zeros((1, 5, 5, 64), "float32"))
    assert not np.any(ops.convert_to_numpy(zeros)) and taken


@pytest.mark.parametrize("channels, filters", [(63, 64), (64, 63)])
def test_few_channels_do_not_pay(channels, filters, taken):
    Conv2D(filters, 3)(_images(channels))
    assert not taken


@pytest.mark.parametrize(
    "arguments",
    [
        {"kernel_size": 5},
        {"kernel_size": (1, 3)},
        {"kernel_size": 3, "strides": 2},
        {"kernel_size": 3, "dilation_rate": 2},
        {"kernel_size": 3, "groups": 2},
    ],
)
def test_other_convolutions_are_those_of_keras(arguments, taken):
    layer = Conv2D(128, **arguments)
    outputs = layer(_images(128))
    plain = keras.layers.Conv2D(128, **arguments)
    plain.build((None, None, None, 128))
    plain.set_weights(layer.get_weights())
    np.testing.assert_allclose(
        ops.convert_to_numpy(outputs),
        ops.convert_to_numpy(plain(_images(128))),
        atol=1e-5,
    )
    assert not taken


@pytest.mark.parametrize("dtype", ["mixed_bfloat16", "mixed_float16"])
def test_half_precision_keeps_its_digits(dtype, taken):
    Conv2D(64, 3, dtype=dtype)(_images())
    assert not taken


@pytest.mark.parametrize("known", [True, False])
def test_maps_that_would_take_too_much_memory_are_direct(
    known, taken, monkeypatch
):
    layer = Conv2D(64, 3)
    layer.build((None, None, None, 64))
    plain = keras.layers.Conv2D(64, 3)
    plain.build((None, None, None, 64))
    plain.set_weights(layer.get_weights())
    shape = (None, 9, 10, 64) if known else (None, None, None, 64)
    inputs = keras.Input(shape[1:])
    model = keras.Model(inputs, layer(inputs))
    images = _images()
    # Enough for one of the images and not for two.
    fits = int(1.5 * 9 * 10 * layer._transform_bytes(64))
    monkeypatch.setattr(conv2d, "MOST_BYTES", fits)
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
    layer = Conv2D(64, 3)
    with direct_convolutions():
        layer(_images())
        with direct_convolutions(False):
            assert not taken
            layer(_images())
        assert len(taken) == 1
    layer(_images())
    assert len(taken) == 2
