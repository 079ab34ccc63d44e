import numpy as np
import pytest
from gradients import gradient
from keras import ops

from semst_tf.losses.relative_squared_information import (
    relative_squared_information,
)

pytestmark = pytest.mark.backend_neutral


def scene(seed):
    """Patches of different tone with some noise, in [-1, 1]."""
    rng = np.random.default_rng(seed)
    patches = np.kron(rng.uniform(-1, 1, (8, 8)), np.ones((8, 8)))
    noisy = patches + 0.2 * rng.standard_normal((64, 64))
    return np.clip(noisy, -1, 1).reshape(1, -1, 1).astype("float32")


def information(source, output):
    value = relative_squared_information(source, output.astype("float32"))
    return float(ops.convert_to_numpy(value)[0])


def definition(source, output):
    """The estimator with all sums over positions written out, in float64."""

    def basis(values):
        values = values.astype("float64").ravel()
        values = (values - values.mean()) / np.sqrt(values.var() + 1e-6)
        values = np.clip(values, -3, 3)[:, None]
        return np.exp(-((values - np.linspace(-2, 2, 9)) ** 2) / 0.5)

    source, output = basis(source), basis(output)
    joint = np.einsum("na,nb->nab", source, output).reshape(-1, 81)
    independent = np.kron(
        np.mean(source[:, :, None] * source[:, None], axis=0),
        np.mean(output[:, :, None] * output[:, None], axis=0),
    )
    moments = 0.5 * independent + 0.5 * joint.T @ joint / len(joint)
    means = np.kron(source.mean(0), output.mean(0))
    weights = np.linalg.solve(moments + 0.01 * np.eye(81), means)
    return 2 * weights @ means - weights @ moments @ weights - 1


@pytest.mark.parametrize("output", ["itself", "square", "other"])
def test_value_is_that_of_the_definition(output):
    source = scene(0)
    output = {"itself": source, "square": source**2, "other": scene(1)}[output]
    assert information(source, output) == pytest.approx(
        definition(source, output), abs=1e-3
    )


def test_values_are_near_those_measured_on_another_scene():
    source = scene(0)
    assert information(source, source) == pytest.approx(0.52, abs=0.06)
    saturated = np.clip(3 * source, -1, 1)
    assert information(source, saturated) == pytest.approx(0.42, abs=0.06)
    two_tones = np.sign(source)
    assert information(source, two_tones) == pytest.approx(0.31, abs=0.06)
    half_other = 0.5 * source + 0.5 * scene(1)
    assert information(source, half_other) == pytest.approx(0.17, abs=0.06)
    assert information(source, scene(1)) == pytest.approx(0.0, abs=0.06)


def test_identity_beats_saturated_beats_two_tones_beats_unrelated():
    source = scene(2)
    values = [
        information(source, output)
        for output in (
            source,
            np.clip(3 * source, -1, 1),
            np.sign(source),
            scene(3),
        )
    ]
    assert values == sorted(values, reverse=True)
    assert values[0] > values[1] + 0.05


@pytest.mark.parametrize("scale, shift", [(-1.0, 0.0), (0.3, 0.0), (0.5, 0.4)])
def test_scaling_shifting_and_inverting_cost_nothing(scale, shift):
    source = scene(0)
    assert information(source, scale * source + shift) == pytest.approx(
        information(source, source), abs=2e-3
    )


def test_constant_output_tells_nothing_and_has_a_finite_gradient():
    source = scene(0)
    flat = np.zeros_like(source)
    assert information(source, flat) == pytest.approx(0.0, abs=1e-2)
    slope = gradient(
        lambda output: ops.sum(relative_squared_information(source, output)),
        flat,
    )
    assert np.isfinite(slope).all()


def test_value_is_the_mean_over_the_maps():
    source = np.concatenate([scene(0), scene(1)], axis=-1)
    output = np.concatenate([scene(0), scene(2)], axis=-1)
    separate = [
        information(source[..., i : i + 1], output[..., i : i + 1])
        for i in range(2)
    ]
    assert information(source, output) == pytest.approx(
        np.mean(separate), abs=1e-4
    )


def test_following_the_gradient_raises_the_information():
    source, output = scene(0), 0.4 * scene(0) + 0.6 * scene(1)

    def total(maps):
        return ops.sum(relative_squared_information(source, maps))

    slope = gradient(total, output)
    step = 0.05 * slope / np.abs(slope).mean()
    assert information(source, output + step) > (
        information(source, output) + 0.01
    )
