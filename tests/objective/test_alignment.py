import itertools

import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.descriptors.descriptors import DESCRIPTORS
from semst_tf.losses.mutual_information import ESTIMATORS
from semst_tf.objective.alignment import Alignment

CHANNELS = {
    "orientation": 3,
    "pixel_moments": 3,
    "colour": 3,
    "features": 16,
}
COMBINATIONS = list(itertools.product(CHANNELS, ESTIMATORS))
needs_tape = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="uses a gradient tape"
)


def alignment(descriptor, estimator, **arguments):
    return Alignment(
        descriptor,
        CHANNELS[descriptor],
        estimator,
        patches=30,
        seed=0,
        **arguments,
    )


def scene(descriptor, seed):
    """What the descriptor reads: an image of 24 x 24 pixels or features."""
    random = np.random.default_rng(seed)
    if descriptor == "features":
        read = random.normal(size=(1, 6, 6, 16))
    else:
        coarse = random.uniform(-0.8, 0.8, (1, 6, 6, 3))
        read = np.kron(coarse, np.ones((1, 4, 4, 1)))
        read = read + random.normal(0, 0.05, read.shape)
    return ops.convert_to_tensor(read, "float32")


def loss(term, source, output):
    return term(source, output, seed=keras.random.SeedGenerator(0))


def test_every_descriptor_is_tested():
    assert set(CHANNELS) == set(DESCRIPTORS)


@needs_tape
@pytest.mark.parametrize("descriptor, estimator", COMBINATIONS)
def test_every_combination_trains_the_output_only(descriptor, estimator):
    import tensorflow as tf

    term = alignment(descriptor, estimator)
    source, output = scene(descriptor, 0), scene(descriptor, 1)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([source, output])
        value = loss(term, source, output)
    assert value.shape == (1,) and value.dtype == tf.float32
    assert np.isfinite(value).all()

    slope = tape.gradient(value, output).numpy()
    assert np.isfinite(slope).all() and np.abs(slope).max() > 0
    assert tape.gradient(value, source) is None
    assert not term.weights


@pytest.mark.backend_neutral
@pytest.mark.parametrize("descriptor, estimator", COMBINATIONS)
def test_an_image_tells_more_about_itself_than_about_another(
    descriptor, estimator
):
    term = alignment(descriptor, estimator)
    source, other = scene(descriptor, 0), scene(descriptor, 1)
    assert loss(term, source, source) < loss(term, source, other)


@pytest.mark.backend_neutral
@pytest.mark.parametrize("descriptor, estimator", COMBINATIONS)
def test_images_of_a_batch_do_not_mix(descriptor, estimator):
    term = alignment(descriptor, estimator)

    sources = [scene(descriptor, seed) for seed in (0, 1, 2)]
    outputs = [scene(descriptor, seed) for seed in (3, 1, 5)]
    together = loss(term, ops.concatenate(sources), ops.concatenate(outputs))
    alone = [loss(term, *pair) for pair in zip(sources, outputs)]
    np.testing.assert_allclose(together, ops.concatenate(alone), atol=2e-4)


def test_half_precision_policy_does_not_reach_it():
    pair = scene("colour", 0), scene("colour", 1)
    full = loss(alignment("colour", "rsmi"), *pair)
    keras.config.set_dtype_policy("mixed_float16")
    try:
        half = loss(alignment("colour", "rsmi"), *pair)
    finally:
        keras.config.set_dtype_policy("float32")
    np.testing.assert_array_equal(half, full)


def test_unknown_descriptor_is_refused():
    with pytest.raises(ValueError, match="Received: descriptor='smell'"):
        Alignment("smell")
