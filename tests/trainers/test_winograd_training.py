"""Fewer multiplications must not change what is learnt, however it trains."""

import contextlib

import keras
import numpy as np
import pytest
from small import batch
from small import small_config

from semst_tf import SemST
from semst_tf.distribution.devices import distribution_strategy
from semst_tf.layers import conv2d
from semst_tf.layers.conv2d import direct_convolutions
from semst_tf.layers.winograd_convolution import winograd_convolution

if keras.backend.backend() != "tensorflow":
    pytest.skip("trains with TensorFlow", allow_module_level=True)

import tensorflow as tf

# These two are arranged differently in a graph.
COMPILED = pytest.mark.compiled


def changes_of_a_step(strategy=None, jit_compile=False, **overrides):
    """How a step changes the generator's weights."""
    scope = contextlib.nullcontext() if strategy is None else strategy.scope()
    fields = {
        # From here on residual blocks have as many channels as it takes.
        "generator.filters": 16,
        "contrastive.patches": 700,
        "contrastive.identity": False,
        "data.batch_size": 2,
        **overrides,
    }
    with scope:
        model = SemST(small_config("cut", **fields))
        model.compile(keras.optimizers.SGD(1e-2), jit_compile=jit_compile)
    before = model.generator.get_weights()
    data = tf.data.Dataset.from_tensors(batch(2, size=16))
    model.fit(data, verbose=0)
    return [
        new - old
        for new, old in zip(model.generator.get_weights(), before, strict=True)
    ]


@pytest.fixture(scope="module")
def direct():
    with direct_convolutions():
        return changes_of_a_step()


@pytest.mark.parametrize(
    "options",
    [
        {},
        pytest.param({"jit_compile": True}, marks=pytest.mark.soak),
        pytest.param({"training.rematerialise": True}, marks=COMPILED),
        pytest.param({"training.accumulation": 2}, marks=COMPILED),
        {"strategy": "cpu:2"},
    ],
    ids=["plain", "xla", "rematerialise", "accumulation", "replicas"],
)
def test_a_step_changes_the_weights_as_with_direct_convolutions(
    options, direct, monkeypatch
):
    taken = []

    def counted(*arguments):
        taken.append(arguments)
        return winograd_convolution(*arguments)

    monkeypatch.setattr(conv2d, "winograd_convolution", counted)
    if "strategy" in options:
        options = {"strategy": distribution_strategy(options["strategy"])}
    changes = changes_of_a_step(**options)
    assert taken
    largest = max(np.abs(change).max() for change in direct)
    for change, expected in zip(changes, direct, strict=True):
        # Biases before a normalisation have no gradient but rounding.
        tolerance = 2e-3 * np.abs(expected).max() + 1e-5 * largest
        np.testing.assert_allclose(change, expected, atol=tolerance)
