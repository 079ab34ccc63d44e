"""Integer images never become garbage, at whichever network they arrive."""

import keras
import numpy as np
import pytest
from keras import ops
from small import small_model

from semst_tf.networks import FastGenerator
from semst_tf.networks import KerasGenerator
from semst_tf.networks import ResNetGenerator

pytestmark = pytest.mark.backend_neutral


def keras_generator():
    inputs = keras.Input((None, None, 3))
    outputs = keras.layers.Conv2D(3, 1, name="stem")(inputs)
    return KerasGenerator(keras.Model(inputs, outputs), features=["stem"])


GENERATORS = {
    "ResNetGenerator": lambda: ResNetGenerator(filters=4, blocks=1),
    "MultiScaleGenerator": lambda: small_model("tiny_multiscale").generator,
    "FastGenerator": lambda: FastGenerator(filters=4, blocks=1),
    "KerasGenerator": keras_generator,
}


@pytest.mark.parametrize("kind", GENERATORS)
def test_every_generator_refuses_integers_in_words(kind):
    generator = GENERATORS[kind]()
    for dtype in ("uint8", "uint16", "int32"):
        images = np.zeros((1, 16, 16, 3), dtype)
        calls = generator, generator.encode, generator.features
        for call in (*calls, generator.predict_on_batch):
            with pytest.raises(ValueError, match=f"Received: .*{dtype}"):
                call(images)
        with pytest.raises(ValueError, match="floating point"):
            generator(ops.convert_to_tensor(images))


def test_any_floats_are_taken():
    generator = GENERATORS["ResNetGenerator"]()
    for dtype in ("float16", "bfloat16", "float32"):
        images = ops.zeros((1, 8, 8, 3), dtype)
        assert generator(images).shape == (1, 8, 8, 3)
