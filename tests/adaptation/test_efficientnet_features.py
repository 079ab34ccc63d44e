"""The backbone as a layer: frozen without weights, or trained slowly."""

import keras
import numpy as np
import pytest

from semst_tf.adaptation import EfficientNetFeatures
from semst_tf.pretrained import EfficientNetLite0

IMAGES = np.random.default_rng(0).uniform(-1, 1, (1, 32, 64, 3)).astype("f")


def test_a_frozen_backbone_has_no_weights_and_the_features_of_the_network():
    layer = EfficientNetFeatures()
    found = layer(IMAGES)
    assert layer.weights == []
    wanted = EfficientNetLite0().features(IMAGES, list(found))
    for name, maps in found.items():
        np.testing.assert_array_equal(maps, wanted[name])
        assert layer.compute_output_shape(IMAGES.shape)[name] == maps.shape


def test_a_backbone_to_be_trained_begins_as_the_frozen_one_and_moves():
    layer = EfficientNetFeatures(rate=0.5)
    frozen = EfficientNetFeatures()(IMAGES)
    for name, maps in layer(IMAGES).items():
        np.testing.assert_allclose(maps, frozen[name], atol=1e-4)
    bias = next(w for w in layer.weights if w.name == "block_2_project_bias")
    bias.assign(np.full(bias.shape, 0.2, "f"))
    moved, deviation = (
        layer(IMAGES)["stride_4"],
        EfficientNetLite0().blocks[2]["deviation"],
    )
    np.testing.assert_allclose(
        (moved - frozen["stride_4"])[0, 3, 3], 0.5 * 0.2 / deviation, atol=1e-4
    )


def test_every_weight_of_the_backbone_is_reached_by_gradients():
    import tensorflow as tf

    layer = EfficientNetFeatures(rate=0.1)
    with tf.GradientTape() as tape:
        found = layer(IMAGES)
        loss = sum(tf.reduce_mean(maps**2) for maps in found.values())
    gradients = tape.gradient(loss, [w.value for w in layer.weights])
    assert all(gradient is not None for gradient in gradients)
    assert len(gradients) == len(layer.trainable_weights) > 60


def test_a_layer_comes_back_from_its_config():
    layer = EfficientNetFeatures(rate=0.25, name="features")
    again = keras.layers.deserialize(keras.layers.serialize(layer))
    assert (again.rate, again.name) == (0.25, "features")


def test_a_negative_rate_is_refused():
    with pytest.raises(ValueError, match="rate=-1"):
        EfficientNetFeatures(rate=-1)
