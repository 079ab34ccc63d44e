"""Sizes that TensorFlow knows only when the graph runs."""

import keras
import numpy as np
import pytest
from keras import ops
from random_images import scene

from semst_tf.descriptors import OrientationField
from semst_tf.descriptors import SecondMomentField
from semst_tf.descriptors import ToneField
from semst_tf.ops.patch_positions import gather_tokens
from semst_tf.ops.patch_positions import grid_coordinates
from semst_tf.ops.patch_positions import sample_positions

pytestmark = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow",
    reason="other backends have static shapes",
)


def graph_of(function):
    import tensorflow as tf

    signature = [tf.TensorSpec((None, None, None, 3), "float32")]
    return tf.function(function, input_signature=signature)


@pytest.mark.parametrize(
    "field",
    [
        OrientationField(),
        SecondMomentField(),
        ToneField(),
    ],
    ids=lambda field: field.name,
)
def test_one_graph_serves_images_of_every_size(field):
    graph = graph_of(lambda images: field(images))
    for images in (scene(size=32), scene(size=32)[:, :9, :22]):
        np.testing.assert_allclose(
            graph(images).numpy(), field(images).numpy(), atol=1e-5
        )


def test_places_are_drawn_from_the_size_of_the_image():
    def sample(images):
        _, height, width, _ = ops.shape(images)
        places = sample_positions(height, width, 10, 1)
        return (
            gather_tokens(images, places),
            grid_coordinates(places, width),
        )

    graph = graph_of(sample)
    for size, count in (((2, 3), 6), ((8, 8), 10)):
        images = np.zeros((2, *size, 3), "float32")
        tokens, coordinates = graph(images)
        assert tokens.shape == (2, count, 3)
        assert coordinates.shape == (count, 2)
        assert (coordinates.numpy().max(axis=0) < size).all()
