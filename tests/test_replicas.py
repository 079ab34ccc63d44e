"""Every preset on two replicas, against the same batch on one device."""

import contextlib

import keras
import numpy as np
import pytest
from small import METHODS_OF_PARTS
from small import batch
from small import small_config

from semst_tf import SemST
from semst_tf.distribution.devices import distribution_strategy

if keras.backend.backend() != "tensorflow":
    pytest.skip("replicas need TensorFlow", allow_module_level=True)

import tensorflow as tf

# Every position, and no flip, so that what replicas draw does not matter.
NOTHING_DRAWN = {
    f"{name}.patches": 10_000
    for name in ("contrastive", "structure", "texture", "tone", "semantics")
}
# As large as the detail of several scales, which then has one place.
SIZE = 16
NOTHING_DRAWN |= {
    f"{name}.ramp": 0.0
    for name in ("structure", "texture", "tone", "semantics")
}


@pytest.fixture(scope="module")
def replicas():
    return distribution_strategy("cpu:2")


def one_step(config, scope, images, eagerly=False):
    """The weights before and after a step, and the losses."""
    with scope:
        model = SemST(config)
        model.compile(keras.optimizers.SGD(1e-3), run_eagerly=eagerly)
    before = model.get_weights()
    data = tf.data.Dataset.from_tensors(images)
    losses = model.fit(data, verbose=0).history
    return before, model.get_weights(), losses


def without_draws(preset):
    fields = dict(NOTHING_DRAWN)
    if small_config(preset).contrastive.flip_equivariance:
        fields["contrastive.flip_equivariance"] = False
    return small_config(preset, **fields)


# Tracing a step for two replicas takes long, and the presets share what is
# traced: semst stands for all here, semst_pixels in
# trainers/test_tensorflow.py, cut in trainers/test_memory_saving.py.
@pytest.mark.slow
@pytest.mark.parametrize(
    "preset",
    [
        pytest.param(name, marks=[pytest.mark.compiled] * (name == "semst"))
        for name in METHODS_OF_PARTS
        if name != "semst_pixels"
    ],
)
def test_two_replicas_step_like_one_device(replicas, preset):
    config = without_draws(preset)
    images = batch(2, size=SIZE)
    before, alone, losses = one_step(
        config, contextlib.nullcontext(), images, eagerly=True
    )
    start, together, shared = one_step(config, replicas.scope(), images)
    assert losses.keys() == shared.keys()
    for name, loss in losses.items():
        np.testing.assert_allclose(shared[name], loss, rtol=1e-3, atol=1e-5)
    largest = max(
        np.abs(new - old).max() for new, old in zip(alone, before, strict=True)
    )
    assert largest > 0
    for old, one, two in zip(before, alone, together, strict=True):
        change = np.abs(one - old).max()
        # Biases before a normalisation have no gradient but rounding.
        tolerance = 2e-3 * change + 1e-5 * largest
        np.testing.assert_allclose(two - old, one - old, 1e-2, tolerance)


@pytest.mark.slow
def test_replicas_start_equal_and_draw_the_same_again(replicas):
    config = small_config("fastcut")
    images = batch(2, size=SIZE)
    before, first, losses = one_step(config, replicas.scope(), images)
    for one, other in zip(before, SemST(config).get_weights(), strict=True):
        np.testing.assert_array_equal(one, other)
    _, second, again = one_step(config, replicas.scope(), images)
    for name, loss in losses.items():
        np.testing.assert_allclose(again[name], loss, rtol=1e-4)
    for one, other in zip(first, second, strict=True):
        np.testing.assert_allclose(one, other, rtol=1e-3, atol=1e-6)


@pytest.mark.slow
def test_losses_are_those_of_all_replicas(replicas):
    """One replica sees equal images, the other pure noise."""
    noise = batch(2, size=SIZE)
    half = {name: value.copy() for name, value in noise.items()}
    half["target"][0] = half["source"][0] = 0.0
    config = without_draws("cut")
    _, _, mixed = one_step(config, replicas.scope(), half)
    single = []
    for number in range(2):
        part = {n: v[number : number + 1] for n, v in half.items()}
        _, _, losses = one_step(
            config, contextlib.nullcontext(), part, eagerly=True
        )
        single.append(losses)
    told_apart = False
    for name, loss in mixed.items():
        mean = (single[0][name][0] + single[1][name][0]) / 2
        np.testing.assert_allclose(loss[0], mean, rtol=1e-3)
        told_apart |= abs(single[0][name][0] - mean) > 0.01 * abs(mean)
    assert told_apart
