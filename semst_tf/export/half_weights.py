"""Weights that are stored in half precision, and computed with in single."""

import keras
import tensorflow as tf


def half_weights(network):
    """Returns the weights of a network in half precision.

    Args:
        network: Keras model that computes in float32.

    Returns:
        List of float16 `tf.Variable`, in the order of `network.variables`.
    """
    return [
        tf.Variable(_halved(variable.value), trainable=False)
        for variable in network.variables
    ]


def with_weights(network, weights):
    """Returns a context in which a network computes with other weights.

    Args:
        network: Keras model.
        weights: List of `tf.Variable` of any precision, in the order of
            `network.variables`. They are converted to that of the network.
    """
    values = [
        (variable, tf.cast(weight, variable.dtype))
        for variable, weight in zip(network.variables, weights, strict=True)
    ]
    return keras.StatelessScope(state_mapping=values)


def _halved(value):
    value = tf.convert_to_tensor(value)
    return tf.cast(value, tf.float16) if value.dtype.is_floating else value
