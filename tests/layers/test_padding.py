import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers import PadToMultiple
from semst_tf.layers import ReflectionPadding2D


def maps(height, width):
    random = np.random.default_rng(0)
    return random.normal(size=(2, height, width, 3)).astype("float32")


def mirrored(inputs, height, width):
    added = ((0, 0), (0, height), (0, width), (0, 0))
    return np.pad(inputs, added, mode="reflect")


@pytest.mark.backend_neutral
@pytest.mark.parametrize(
    ("size", "padded"),
    [
        ((8, 8), (8, 8)),
        ((9, 7), (12, 8)),
        ((1, 1), (4, 4)),
        ((1, 33), (4, 36)),
        ((2, 5), (4, 8)),
        ((3, 4), (4, 4)),
    ],
)
def test_padding_mirrors_up_to_the_multiple(size, padded):
    inputs = maps(*size)
    outputs = ops.convert_to_numpy(PadToMultiple(4)(inputs))
    expected = mirrored(inputs, padded[0] - size[0], padded[1] - size[1])
    np.testing.assert_array_equal(outputs, expected)
    assert PadToMultiple(4).compute_output_shape(inputs.shape) == outputs.shape


@pytest.mark.backend_neutral
def test_minimum_holds_even_where_the_multiple_is_met():
    inputs = maps(4, 12)
    outputs = ops.convert_to_numpy(PadToMultiple(4, minimum=8)(inputs))
    np.testing.assert_array_equal(outputs, mirrored(inputs, 4, 0))


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="other backends have static shapes",
)
@pytest.mark.parametrize("minimum", [4, 8])
def test_sizes_known_only_at_run_time_are_padded_the_same(minimum):
    import tensorflow as tf

    layer = PadToMultiple(4, minimum=minimum)
    signature = [tf.TensorSpec((None, None, None, 3), "float32")]
    graph = tf.function(lambda x: layer(x), input_signature=signature)
    for size in ((1, 1), (1, 33), (7, 9), (8, 8), (30, 45)):
        inputs = maps(*size)
        np.testing.assert_array_equal(
            graph(inputs).numpy(), layer(inputs).numpy()
        )


@pytest.mark.parametrize("arguments", [(0,), (-4,), (4, 0), (4, 6), (4, -4)])
def test_impossible_multiples_are_refused(arguments):
    with pytest.raises(ValueError, match="Received: multiple="):
        PadToMultiple(*arguments)


@pytest.mark.backend_neutral
@pytest.mark.parametrize("padding", [0, 1, 3])
def test_reflection_does_not_repeat_the_border(padding):
    inputs = maps(4, 6)
    layer = ReflectionPadding2D(padding)
    outputs = ops.convert_to_numpy(layer(inputs))
    sides = (padding, padding)
    np.testing.assert_array_equal(
        outputs,
        np.pad(inputs, ((0, 0), sides, sides, (0, 0)), mode="reflect"),
    )
    assert layer.compute_output_shape(inputs.shape) == outputs.shape


def test_negative_reflection_is_refused():
    with pytest.raises(ValueError, match="Received: padding=-1"):
        ReflectionPadding2D(-1)
