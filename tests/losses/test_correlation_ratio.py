import numpy as np
import pytest
from gradients import gradient
from keras import ops

from semst_tf.losses.correlation_ratio import correlation_ratio
from semst_tf.losses.relative_squared_information import (
    relative_squared_information,
)

pytestmark = pytest.mark.backend_neutral

SKY = (-0.02, 0.05, 0.15)
ROAD = (0.02, 0.0, -0.05)
TREE = (-0.6, -0.2, -0.7)


def street(seed, colours, noise=0.03):
    """Tokens of a street: sky, a tree before it, and a road below."""
    rng = np.random.default_rng(seed)
    surface = np.zeros((32, 32), "int32")
    surface[16:] = 1
    surface[8:16, 10:20] = 2
    image = np.asarray(colours)[surface]
    image = image + noise * rng.standard_normal(image.shape)
    return image.reshape(1, -1, 3).astype("float32")


def ratio(source, output, **kwargs):
    value = correlation_ratio(source, output.astype("float32"), **kwargs)
    return float(ops.convert_to_numpy(value)[0])


def test_source_explains_itself_and_smooth_functions_of_itself():
    source = street(0, (SKY, ROAD, TREE))
    assert ratio(source, source) > 0.98
    assert ratio(source, -2 * source + 0.3) > 0.98
    assert ratio(source, np.tanh(3 * source)) > 0.98
    assert ratio(source, source[..., [2, 0, 1]]) > 0.98


def test_surfaces_may_drift_apart_if_hues_tell_them_apart():
    source = street(0, (SKY, ROAD, TREE))
    bright_sky = street(1, ((0.9, 0.95, 0.9), (-0.4, -0.4, -0.4), TREE))
    assert ratio(source, bright_sky) > 0.9
    # Channel by channel the two surfaces look alike, which forbids it.
    per_channel = relative_squared_information(source, bright_sky)
    itself = relative_squared_information(source, source)
    assert float(per_channel[0]) < 0.8 * float(itself[0])


def test_what_appears_without_a_reason_in_the_source_is_not_explained():
    source = street(0, (SKY, ROAD, TREE))
    flipped = source.copy()
    flipped[0, 100:250] = TREE
    other = street(0, (SKY, ROAD, TREE)).reshape(1, 32, 32, 3)
    mirrored = other.transpose(0, 2, 1, 3).reshape(1, -1, 3)
    assert ratio(source, flipped) < ratio(source, source) - 0.15
    assert ratio(source, mirrored) < 0.5


def test_independent_noise_explains_next_to_nothing():
    rng = np.random.default_rng(0)
    source, output = rng.standard_normal((2, 1, 4096, 3)).astype("float32")
    assert ratio(source, output) < 0.05


def test_constant_output_counts_nothing_and_has_a_finite_gradient():
    source = street(0, (SKY, ROAD, TREE))
    output = np.full_like(source, 0.25)
    assert ratio(source, output) == pytest.approx(0.0, abs=1e-6)
    slope = gradient(
        lambda output: ops.sum(correlation_ratio(source, output)), output
    )
    assert np.isfinite(slope).all()


def test_constant_source_explains_nothing():
    output = street(0, (SKY, ROAD, TREE))
    source = np.full_like(output, 0.25)
    assert ratio(source, output) == pytest.approx(0.0, abs=1e-4)


def test_noise_of_a_flat_source_explains_less_than_its_contrasts():
    rng = np.random.default_rng(0)
    noise = 0.004 * rng.standard_normal((1, 1024, 3)).astype("float32")
    output = 0.5 * np.sign(noise)
    assert ratio(noise, output) < ratio(50 * noise, output) - 0.1


def test_few_positions_are_not_explained_by_many_features():
    rng = np.random.default_rng(0)
    source, output = rng.standard_normal((2, 1, 36, 3)).astype("float32")
    assert ratio(source, output) < 0.8 < ratio(source, source)


def test_gradient_ascent_undoes_a_hallucination():
    source = street(0, (SKY, ROAD, TREE))
    output = source.copy()
    output[0, 100:250] = TREE
    before = ratio(source, output)
    for _ in range(20):
        slope = gradient(
            lambda output: ops.sum(correlation_ratio(source, output)), output
        )
        output = output + 200 * slope
    assert ratio(source, output) > before + 0.1


def test_channels_of_output_may_be_fewer_but_places_may_not():
    source = street(0, (SKY, ROAD, TREE))
    brightness = source.mean(axis=-1, keepdims=True)
    assert ratio(source, brightness) > 0.98
    with pytest.raises(ValueError, match="Received: query.shape"):
        correlation_ratio(source, source[:, :-1])


def test_seed_changes_the_features_and_hardly_the_value():
    source = street(0, (SKY, ROAD, TREE))
    output = np.sin(4 * source)
    first, second = ratio(source, output), ratio(source, output, seed=7)
    assert first != second
    assert first == pytest.approx(second, abs=0.02)
