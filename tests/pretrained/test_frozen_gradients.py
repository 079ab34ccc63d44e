"""Gradients of frozen features, taken with TensorFlow."""

import keras
import numpy as np
import pytest

from semst_tf.pretrained.efficientnet_lite0 import EfficientNetLite0

if keras.backend.backend() != "tensorflow":
    pytest.skip("gradients with TensorFlow", allow_module_level=True)

import tensorflow as tf


def test_gradient_flows_into_the_images_and_nothing_else():
    network = EfficientNetLite0()
    images = tf.Variable(
        np.random.default_rng(0).uniform(-1, 1, (2, 33, 32, 3))
    )

    @tf.function
    def slope(values):
        with tf.GradientTape() as tape:
            tape.watch(values)
            maps = network.features(values, ["stride_8"])["stride_8"]
            loss = tf.reduce_sum(tf.square(maps[:1]))
        return tape.gradient(loss, values), tape.watched_variables()

    gradient, watched = slope(images.value())
    assert watched == ()
    assert (
        np.isfinite(gradient).all() and (np.abs(gradient[0]) > 0).mean() > 0.9
    )
    np.testing.assert_array_equal(gradient[1], 0)
