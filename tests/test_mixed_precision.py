"""Every preset in the mixed precisions, against the same step in float32."""

import functools

import keras
import numpy as np
import pytest
from small import METHODS_OF_PARTS
from small import batch
from small import small_config

from semst_tf import SemST

if keras.backend.backend() != "tensorflow":
    pytest.skip("trains with TensorFlow", allow_module_level=True)

# Of the loss, and of the way that the weights go; see docs/long_runs.md.
LIMITS = {"mixed_bfloat16": (0.2, 0.3), "mixed_float16": (0.2, 0.1)}
# A deep network amplifies rounding.
LIMITS_OF_FROZEN_FEATURES = {
    "mixed_bfloat16": (0.2, 0.3),
    "mixed_float16": (0.2, 0.2),
}


@functools.cache
def trained(preset, dtype="float32"):
    """Losses of a step, and the way that the weights went in it."""
    config = small_config(
        preset,
        **{
            f"{name}.ramp": 0.0  # All terms from the first step on.
            for name in ("structure", "texture", "tone", "semantics")
        },
    )
    model = SemST(config, dtype=dtype)
    # Plain descent: its steps are as large as the gradients.
    model.compile(keras.optimizers.SGD(1e-3), run_eagerly=True)
    variables = model.generator_variables + model.discriminator_variables
    before = [np.array(variable) for variable in variables]
    images = batch(1, size=16)
    if dtype == "mixed_float16":
        # As after the first steps, which only look for the right scale.
        model.optimizer.dynamic_scale.assign(512.0)
    for _ in range(7):
        model.reset_metrics()
        losses = model.train_step(images)
        if int(model.optimizer.iterations) == 1:
            break
    changes = [np.array(v) - b for v, b in zip(variables, before)]
    ways = np.concatenate([change.ravel() for change in changes])
    return {name: float(loss) for name, loss in losses.items()}, ways


@pytest.mark.slow
@pytest.mark.parametrize("dtype", LIMITS)
@pytest.mark.parametrize("preset", METHODS_OF_PARTS)
def test_a_step_stays_close_to_that_in_float32(preset, dtype):
    expected, expected_way = trained(preset)
    losses, way = trained(preset, dtype)
    reads_frozen = small_config(preset).discriminator.kind == "projected"
    limits = LIMITS_OF_FROZEN_FEATURES if reads_frozen else LIMITS
    loss_limit, way_limit = limits[dtype]
    assert np.isfinite(way).all()
    for name, loss in expected.items():
        # Absolute, too: some begin near zero.
        close = pytest.approx(loss, rel=loss_limit, abs=loss_limit)
        assert losses[name] == close, name
    length = np.linalg.norm(expected_way)
    assert length > 0
    assert np.linalg.norm(way - expected_way) < way_limit * length
