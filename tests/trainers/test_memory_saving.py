"""Ways to need less memory, which must not change what is learnt."""

import functools

import keras
import numpy as np
import pytest
from small import batch
from small import small_config

from semst_tf import SemST
from semst_tf.distribution.devices import distribution_strategy

if keras.backend.backend() != "tensorflow":
    pytest.skip("trains with TensorFlow", allow_module_level=True)

import tensorflow as tf

# Every position, so that what the parts of a batch draw does not matter.
ALL_POSITIONS = {
    f"{name}.patches": 700
    for name in ("contrastive", "structure", "texture", "tone")
}

WITHOUT_RAMPS = {
    f"{name}.ramp": 0.0 for name in ("structure", "texture", "tone")
}
# As large as the detail of several scales, which then has one place.
SIZE = 16


def trained(preset="cut", devices=1, eagerly=False, **overrides):
    """Losses of a step on four images, and how it changed the weights."""
    strategy = tf.distribute.get_strategy()
    if devices > 1:
        strategy = distribution_strategy("cpu:2")
    config = small_config(
        preset,
        **ALL_POSITIONS,
        **{
            "contrastive.identity": False,
            **WITHOUT_RAMPS,
            "data.batch_size": 4,
            **overrides,
        },
    )
    with strategy.scope():
        model = SemST(config)
        model.compile(keras.optimizers.SGD(1e-3), run_eagerly=eagerly)
    before = model.get_weights()
    data = tf.data.Dataset.from_tensors(batch(4, size=SIZE))
    losses = model.fit(data, verbose=0).history
    changes = [
        new - old for new, old in zip(model.get_weights(), before, strict=True)
    ]
    return losses, changes


@functools.cache
def whole(preset):
    """A step on the whole batch at once."""
    return trained(preset, eagerly=True)


@pytest.mark.compiled
@pytest.mark.parametrize(
    "options",
    [
        {"training.accumulation": 2},
        pytest.param(
            {"preset": "tiny_multiscale", "training.accumulation": 2},
            marks=pytest.mark.soak,
        ),
        pytest.param(
            {
                "training.accumulation": 2,
                "training.rematerialise": True,
                "devices": 2,
            },
            marks=pytest.mark.slow,
        ),
    ],
)
def test_a_step_that_saves_memory_is_the_step_of_the_whole_batch(options):
    expected_losses, expected_changes = whole(options.get("preset", "cut"))
    losses, changes = trained(**options)
    for name, loss in expected_losses.items():
        np.testing.assert_allclose(losses[name], loss, rtol=1e-4)
    largest = max(np.abs(change).max() for change in expected_changes)
    assert largest > 0
    for change, expected in zip(changes, expected_changes, strict=True):
        # Biases before a normalisation have no gradient but rounding.
        tolerance = 2e-3 * np.abs(expected).max() + 1e-5 * largest
        np.testing.assert_allclose(change, expected, rtol=1e-2, atol=tolerance)


def test_parts_of_a_batch_draw_different_positions():
    # With the same positions in both parts, twice the same images would
    # give twice the same loss.
    config = small_config(
        "cut", **{"data.batch_size": 2, "training.accumulation": 2}
    )
    model = SemST(config)
    model.compile()
    images = batch(1, size=32)
    values = [
        model.batch_losses(
            images["source"], images["target"], model._seeds(part)
        )[2]["contrastive"]
        for part in (0, 1)
    ]
    assert abs(float(values[0][0]) - float(values[1][0])) > 1e-6


def test_parts_that_do_not_divide_the_batch_are_refused():
    with pytest.raises(ValueError, match="must divide"):
        small_config(
            "cut", **{"data.batch_size": 3, "training.accumulation": 2}
        )
    model = SemST(
        small_config(
            "cut", **{"data.batch_size": 2, "training.accumulation": 2}
        )
    )
    model.compile()
    data = tf.data.Dataset.from_tensors(batch(3, size=12))
    with pytest.raises(ValueError, match="each replica gets"):
        model.fit(data, verbose=0)
