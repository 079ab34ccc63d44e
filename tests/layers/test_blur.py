"""Both blurs against a convolution with the filters of CUT."""

import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers import BlurDownsample
from semst_tf.layers import BlurUpsample

SIZES = [(2, 2), (3, 2), (8, 8), (7, 10), (9, 5)]


def maps(height, width):
    random = np.random.default_rng(0)
    return random.normal(size=(2, height, width, 3)).astype("float32")


def downsampled(inputs):
    """`[1, 2, 1]`, mirrored border, every second place."""
    for axis in (1, 2):
        pad = [(0, 0)] * 4
        pad[axis] = (1, 1)
        padded = np.pad(inputs, pad, mode="reflect")
        size = inputs.shape[axis]
        places = [np.arange(k, k + size, 2) for k in range(3)]
        inputs = sum(
            weight * padded.take(place, axis)
            for weight, place in zip((0.25, 0.5, 0.25), places)
        )
    return inputs


def upsampled(inputs):
    """Zeros in between, `[1, 3, 3, 1]`, repeated border."""
    for axis in (1, 2):
        pad = [(0, 0)] * 4
        pad[axis] = (1, 1)
        padded = np.pad(inputs, pad, mode="edge")
        shape = list(padded.shape)
        shape[axis] *= 2
        spread = np.zeros(shape, "float32")
        places = [slice(None)] * 4
        places[axis] = slice(None, None, 2)
        spread[tuple(places)] = padded
        size = 2 * inputs.shape[axis]
        inputs = sum(
            weight * spread.take(np.arange(k, k + size), axis)
            for k, weight in enumerate((0.25, 0.75, 0.75, 0.25))
        )
    return inputs


@pytest.mark.backend_neutral
@pytest.mark.parametrize("size", SIZES)
@pytest.mark.parametrize(
    ("layer", "expected"),
    [(BlurDownsample, downsampled), (BlurUpsample, upsampled)],
)
def test_values_and_shape_are_those_of_the_filter(layer, expected, size):
    inputs = maps(*size)
    outputs = ops.convert_to_numpy(layer()(inputs))
    np.testing.assert_allclose(outputs, expected(inputs), atol=1e-6)
    assert layer().compute_output_shape(inputs.shape) == outputs.shape


@pytest.mark.backend_neutral
def test_a_single_pixel_can_be_upsampled():
    inputs = maps(1, 1)
    outputs = ops.convert_to_numpy(BlurUpsample()(inputs))
    np.testing.assert_allclose(
        outputs, np.tile(inputs, (1, 2, 2, 1)), atol=1e-6
    )


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="other backends have static shapes",
)
@pytest.mark.parametrize("layer", [BlurDownsample(), BlurUpsample()])
def test_sizes_known_only_at_run_time_give_the_same(layer):
    import tensorflow as tf

    signature = [tf.TensorSpec((None, None, None, 3), "float32")]
    graph = tf.function(lambda x: layer(x), input_signature=signature)
    for height, width in SIZES:
        inputs = maps(height, width)
        np.testing.assert_allclose(
            graph(inputs).numpy(), layer(inputs).numpy(), atol=1e-6
        )
