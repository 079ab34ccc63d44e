import gradients
import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers.convolve_in_blocks import convolve_in_blocks

pytestmark = pytest.mark.backend_neutral


def _arguments(height=10, width=14, size=(7, 7), filters=3):
    random = np.random.default_rng(0)
    shapes = ((2, height, width, 5), (*size, 5, filters), (filters,))
    return [random.normal(size=shape).astype("float32") for shape in shapes]


def _plain(images, kernel, bias):
    return ops.conv(images, kernel, 1, "valid", "channels_last") + bias


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"height": 8, "width": 8},
        {"filters": 1},
        {"filters": 4, "size": (3, 5), "width": 8},
        {"size": (2, 1), "height": 3, "width": 4},
    ],
)
def test_it_is_the_convolution(shape):
    arguments = _arguments(**shape)
    np.testing.assert_allclose(
        ops.convert_to_numpy(convolve_in_blocks(*arguments)),
        ops.convert_to_numpy(_plain(*arguments)),
        atol=1e-5,
    )


@pytest.mark.parametrize("place", [0, 1, 2])
def test_its_gradients_are_those_of_the_convolution(place):
    arguments = _arguments()

    def loss_of(convolve):
        def loss(value):
            changed = [*arguments]
            changed[place] = value
            return ops.mean(ops.square(convolve(*changed)))

        return gradients.gradient(loss, arguments[place])

    np.testing.assert_allclose(
        loss_of(convolve_in_blocks), loss_of(_plain), atol=1e-5
    )


def test_size_and_batch_may_be_unknown():
    images, kernel, bias = _arguments()
    inputs = keras.Input((None, None, 5))
    outputs = keras.layers.Lambda(
        lambda x: convolve_in_blocks(x, kernel, bias),
        output_shape=(None, None, 3),
    )(inputs)
    model = keras.Model(inputs, outputs)
    np.testing.assert_allclose(
        model.predict(images, verbose=0),
        ops.convert_to_numpy(_plain(images, kernel, bias)),
        atol=1e-5,
    )
