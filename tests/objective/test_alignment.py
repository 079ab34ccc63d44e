import itertools

import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.objective.alignment import Alignment

CHANNELS = {
    "orientation": 3,
    "self_similarity": 16,
    "pixel_moments": 3,
    "encoder_moments": 8,
    "colour": 3,
    "luminance": 3,
}
ESTIMATORS = ("infonce", "rsmi", "correlation_ratio", "joint_histogram")
COMBINATIONS = list(
    itertools.product(CHANNELS, ESTIMATORS, ("fixed", "learned"))
)
needs_tape = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="uses a gradient tape"
)


def alignment(descriptor, estimator, critic="fixed", **arguments):
    return Alignment(
        descriptor,
        CHANNELS[descriptor],
        estimator,
        critic,
        patches=30,
        seed=0,
        **arguments,
    )


def scene(descriptor, seed):
    """What the descriptor reads: a picture of 24 x 24 pixels or features."""
    random = np.random.default_rng(seed)
    if descriptor == "encoder_moments":
        strength = np.kron(
            random.normal(size=(1, 3, 3, 8)), np.ones((1, 8, 8, 1))
        )
        read = strength * random.normal(size=(1, 24, 24, 8))
    elif descriptor == "self_similarity":
        read = random.normal(size=(1, 6, 6, 16))
    else:
        coarse = random.uniform(-0.8, 0.8, (1, 6, 6, 3))
        read = np.kron(coarse, np.ones((1, 4, 4, 1)))
        read = read + random.normal(0, 0.05, read.shape)
    return ops.convert_to_tensor(read, "float32")


def loss(term, source, output):
    return term(source, output, seed=keras.random.SeedGenerator(0))


@needs_tape
@pytest.mark.parametrize("descriptor, estimator, critic", COMBINATIONS)
def test_every_combination_trains_output_and_heads(
    descriptor, estimator, critic
):
    import tensorflow as tf

    term = alignment(descriptor, estimator, critic)
    source, output = scene(descriptor, 0), scene(descriptor, 1)
    with tf.GradientTape(persistent=True) as tape:
        tape.watch([source, output])
        value = loss(term, source, output)
    assert value.shape == (1,) and value.dtype == tf.float32
    assert np.isfinite(value).all()

    slope = tape.gradient(value, output).numpy()
    assert np.isfinite(slope).all() and np.abs(slope).max() > 0
    assert tape.gradient(value, source) is None

    assert bool(term.weights) == (critic == "learned")
    weights = [weight.value for weight in term.trainable_variables]
    for weight, slope in zip(weights, tape.gradient(value, weights)):
        assert slope is not None and np.isfinite(slope).all()
        # A bias in front of a standardisation changes nothing.
        assert np.abs(slope).max() > 0 or len(weight.shape) == 1


@pytest.mark.backend_neutral
@pytest.mark.parametrize(
    "descriptor, estimator, critic",
    [
        (descriptor, estimator, critic)
        for descriptor, estimator, critic in COMBINATIONS
        if critic == "fixed" or descriptor in ("orientation", "self_similarity")
    ],
)
def test_a_picture_tells_more_about_itself_than_about_another(
    descriptor, estimator, critic
):
    term = alignment(descriptor, estimator, critic)
    source, other = scene(descriptor, 0), scene(descriptor, 1)
    assert loss(term, source, source) < loss(term, source, other)


def test_structure_shares_its_head_and_texture_has_two():
    shared = alignment("orientation", "infonce", "learned")
    separate = alignment("pixel_moments", "infonce", "learned")
    assert len(shared.weights) == 4 and len(separate.weights) == 8
    first, second = (separate.get_weights()[index] for index in (0, 4))
    assert (first != second).any()


@pytest.mark.backend_neutral
@pytest.mark.parametrize("descriptor", CHANNELS)
@pytest.mark.parametrize("estimator", ESTIMATORS)
def test_pictures_of_a_batch_do_not_mix(descriptor, estimator):
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


@pytest.mark.parametrize("critic", ["fixed", "learned"])
def test_one_made_from_its_config_does_the_same(critic):
    term = alignment("pixel_moments", "rsmi", critic, duplicate_threshold=0.9)
    again = Alignment.from_config(term.get_config())
    assert again.get_config() == term.get_config()
    pair = scene("pixel_moments", 0), scene("pixel_moments", 1)
    np.testing.assert_array_equal(loss(again, *pair), loss(term, *pair))
