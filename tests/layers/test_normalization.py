import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops

from semst_tf.layers.instance_normalization import InstanceNormalization
from semst_tf.layers.instance_normalization import instance_normalization
from semst_tf.layers.instance_normalization import moments_from

pytestmark = pytest.mark.backend_neutral


def images(shape=(2, 6, 5, 4), mean=3.0, deviation=0.5, seed=0):
    random = np.random.default_rng(seed)
    return random.normal(mean, deviation, size=shape).astype("float32")


def of_keras(**kwargs):
    """The layer of Keras with the same values."""
    return keras.layers.GroupNormalization(
        groups=-1, epsilon=1e-5, center=False, scale=False, **kwargs
    )


def test_each_channel_of_each_image_is_normalised_by_itself():
    inputs = images(deviation=0.01)
    inputs[1] *= 10
    mean = inputs.mean(axis=(1, 2), keepdims=True)
    variance = inputs.var(axis=(1, 2), keepdims=True)
    outputs = ops.convert_to_numpy(instance_normalization()(inputs))
    np.testing.assert_allclose(
        outputs, (inputs - mean) / np.sqrt(variance + 1e-5), atol=2e-3
    )


def test_values_and_gradients_are_those_of_group_normalization():
    inputs = images()
    weights = images(mean=0.0, seed=1)
    layers = InstanceNormalization(), of_keras()
    outputs = [ops.convert_to_numpy(layer(inputs)) for layer in layers]
    np.testing.assert_allclose(*outputs, atol=1e-5)
    gradients = [
        gradient(lambda x, layer=layer: ops.sum(weights * layer(x)), inputs)
        for layer in layers
    ]
    assert np.abs(gradients[0]).max() > 0.1
    np.testing.assert_allclose(*gradients, atol=1e-5)


def test_half_precision_is_normalised_in_single_precision():
    # The mean of so many pixels is beyond the steps of bfloat16.
    inputs = images((1, 64, 64, 2), mean=100.0, deviation=2.0)
    inputs = ops.cast(inputs, "bfloat16")
    layer = InstanceNormalization(dtype="mixed_bfloat16")
    outputs = layer(inputs)
    assert keras.backend.standardize_dtype(outputs.dtype) == "bfloat16"
    exact = ops.convert_to_numpy(ops.cast(inputs, "float32")).astype("float64")
    exact -= exact.mean(axis=(1, 2), keepdims=True)
    exact /= np.sqrt(exact.var(axis=(1, 2), keepdims=True) + 1e-5)
    outputs = ops.convert_to_numpy(ops.cast(outputs, "float32"))
    np.testing.assert_allclose(outputs, exact, atol=2e-2)


def test_rounding_does_not_add_up_over_a_large_image():
    inputs = images((1, 1024, 512, 2), mean=30.0)
    exact = inputs.astype("float64")
    exact -= exact.mean(axis=(1, 2), keepdims=True)
    exact /= np.sqrt(exact.var(axis=(1, 2), keepdims=True) + 1e-5)
    outputs = ops.convert_to_numpy(InstanceNormalization()(inputs))
    np.testing.assert_allclose(outputs, exact, atol=5e-5)


def test_given_statistics_of_the_whole_make_parts_of_the_whole():
    inputs = images()
    layer = InstanceNormalization()
    mean, variance = layer.moments(inputs)
    part = layer.normalize(inputs[:, 1:4, 2:], mean, variance)
    whole = ops.convert_to_numpy(layer(inputs))
    np.testing.assert_allclose(
        ops.convert_to_numpy(part), whole[:, 1:4, 2:], atol=1e-5
    )


def test_statistics_from_elsewhere_are_used_and_then_forgotten():
    inputs = images()
    layer = InstanceNormalization()
    alone = ops.convert_to_numpy(layer(inputs))
    with pytest.raises(RuntimeError, match="inside"):
        with moments_from(lambda layer, inputs: (1.0, 4.0)):
            given = ops.convert_to_numpy(layer(inputs))
            raise RuntimeError("inside")
    np.testing.assert_allclose(given, (inputs - 1) / 2, atol=1e-4)
    np.testing.assert_array_equal(ops.convert_to_numpy(layer(inputs)), alone)


def test_a_flat_image_becomes_zero_and_stays_finite():
    outputs = InstanceNormalization()(np.full((1, 4, 4, 2), 7.0, "float32"))
    np.testing.assert_array_equal(ops.convert_to_numpy(outputs), 0.0)


def test_there_is_nothing_to_train_and_nothing_to_remember():
    layer = instance_normalization()
    layer.build((None, None, None, 4))
    assert layer.weights == []
