import gradients
import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers.winograd_convolution import winograd_convolution

pytestmark = pytest.mark.backend_neutral


def _arguments(height=18, width=22, channels=5, filters=7, batch=2):
    random = np.random.default_rng(0)
    shapes = ((batch, height, width, channels), (3, 3, channels, filters))
    return [random.normal(size=shape).astype("float32") for shape in shapes]


def _plain(images, kernel):
    return ops.conv(images, kernel, 1, "valid", "channels_last")


def _exact(images, kernel):
    """The definition, in float64 and without any library's convolution."""
    images, kernel = images.astype("float64"), kernel.astype("float64")
    height, width = images.shape[1] - 2, images.shape[2] - 2
    return sum(
        images[:, row : row + height, column : column + width]
        @ kernel[row, column]
        for row in range(3)
        for column in range(3)
    )


@pytest.mark.parametrize(
    "shape",
    [
        {},
        {"height": 3, "width": 3, "batch": 1},
        {"height": 4, "width": 9},
        {"height": 7, "width": 6, "channels": 1},
        {"height": 13, "width": 5, "filters": 1},
    ],
)
def test_it_is_the_convolution_at_any_size(shape):
    arguments = _arguments(**shape)
    outputs = ops.convert_to_numpy(winograd_convolution(*arguments))
    np.testing.assert_allclose(outputs, _exact(*arguments), atol=1e-4)


def test_it_rounds_hardly_more_than_the_usual_convolution():
    images, kernel = _arguments(66, 66, channels=64, filters=64, batch=1)
    exact = _exact(images, kernel)

    def error(convolve):
        outputs = ops.convert_to_numpy(convolve(images, kernel))
        return np.sqrt(np.mean((outputs - exact) ** 2)) / exact.std()

    assert error(winograd_convolution) < 2e-6
    assert error(winograd_convolution) < 4 * error(_plain)


@pytest.mark.parametrize("place", ["images", "kernel"])
@pytest.mark.parametrize("shape", [{}, {"height": 5, "width": 12}])
def test_its_gradients_are_those_of_the_convolution(place, shape):
    arguments = dict(zip(("images", "kernel"), _arguments(**shape)))

    def gradient_of(convolve):
        def loss(value):
            outputs = convolve(**{**arguments, place: value})
            return ops.mean(ops.square(outputs))

        return gradients.gradient(loss, arguments[place])

    expected = gradient_of(_plain)
    np.testing.assert_allclose(
        gradient_of(winograd_convolution),
        expected,
        atol=2e-5 * np.abs(expected).max(),
    )


def test_size_and_batch_may_be_unknown():
    images, kernel = _arguments()
    inputs = keras.Input((None, None, 5))
    outputs = keras.layers.Lambda(
        lambda x: winograd_convolution(x, kernel),
        output_shape=(None, None, 7),
    )(inputs)
    model = keras.Model(inputs, outputs)
    np.testing.assert_allclose(
        model.predict(images, verbose=0), _exact(images, kernel), atol=1e-4
    )
