import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers import LeakyReLU

VALUES = np.array([[-3.0, -0.5, -0.0, 0.0, 0.25, 7.0]], "float32")


@pytest.mark.backend_neutral
@pytest.mark.parametrize("dtype", ["float32", "bfloat16", "float16"])
def test_the_numbers_are_those_of_keras(dtype):
    inputs = ops.cast(VALUES, dtype)
    ours = ops.cast(LeakyReLU(dtype=dtype)(inputs), "float32")
    keras_own = ops.cast(ops.leaky_relu(inputs, 0.2), "float32")
    np.testing.assert_array_equal(*map(ops.convert_to_numpy, (ours, keras_own)))


@pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="the graph of TensorFlow"
)
def test_the_gradients_are_those_of_keras_at_zero_too():
    import tensorflow as tf

    inputs = tf.constant(VALUES)
    gradients = []
    for layer in (LeakyReLU(), keras.layers.LeakyReLU(0.2)):
        with tf.GradientTape() as tape:
            tape.watch(inputs)
            outputs = layer(inputs)
        gradients.append(tape.gradient(outputs, inputs).numpy())
    np.testing.assert_array_equal(*gradients)


def test_a_discriminator_has_no_operation_that_the_remapper_breaks():
    from small import small_model

    discriminator = small_model("cut").discriminator
    kinds = {type(layer).__name__ for layer in discriminator.stack}
    assert "LeakyReLU" in kinds
    assert all(
        isinstance(layer, LeakyReLU)
        for layer in discriminator.stack
        if type(layer).__name__ == "LeakyReLU"
    )


def test_slopes_of_one_and_more_are_refused():
    with pytest.raises(ValueError, match="Received: negative_slope=1"):
        LeakyReLU(1.0)
