"""Statistics of normalisations that frames share."""

import keras
import numpy as np
import pytest

from semst_tf.inference.translate import translate
from semst_tf.networks import MultiScaleGenerator
from semst_tf.networks import ResNetGenerator
from semst_tf.tiling.temporal_statistics import TemporalStatistics
from semst_tf.tiling.temporal_statistics import has_statistics


@pytest.fixture(scope="module")
def generator():
    return ResNetGenerator(4, 1, residual=True, seed=0)


def frames(count=3, height=17, width=26):
    """Frames of which the later are darker."""
    random = np.random.default_rng(0)
    image = random.integers(0, 256, (height, width, 3), "uint8")
    return [image // (1 + number) for number in range(count)]


def run(network, images, statistics, **arguments):
    return [
        translate(network, image, statistics=statistics, **arguments)
        for image in images
    ]


def test_until_frozen_each_image_is_translated_by_itself(generator):
    alone = [translate(generator, image) for image in frames()]
    shared = run(generator, frames(), TemporalStatistics(generator))
    np.testing.assert_allclose(shared, alone, atol=1)


def test_a_running_average_measures_one_frame_in_four(generator):
    images = frames(5)
    statistics = TemporalStatistics(generator, memory=4)
    running = run(generator, images, statistics)
    alone = [translate(generator, image) for image in images]
    for number in (0, 4):
        np.testing.assert_allclose(running[number], alone[number], atol=1)
    of_first = TemporalStatistics(generator)
    run(generator, images[:1], of_first)
    of_first.freeze()
    expected = run(generator, images[1:4], of_first)
    np.testing.assert_array_equal(running[1:4], expected)


def test_a_longer_memory_moves_less(generator):
    images = frames(5)
    moved = []
    for memory in (4, 8, 400):
        statistics = TemporalStatistics(generator, memory=memory)
        for _ in range(10):
            run(generator, images[:1], statistics)
        before = statistics.arrays()
        run(generator, images[-1:] * 4, statistics)
        after = statistics.arrays()
        key = "average/whole/0000/mean"
        moved.append(np.abs(after[key] - before[key]).max())
    assert moved[0] > 1.5 * moved[1] > 1.5 * moved[2] > 0


def test_frozen_statistics_make_a_pixel_independent_of_the_rest(generator):
    """What is far away changes nothing, as it does without them."""
    bright, dark = np.full((2, 24, 160, 3), 128, "uint8")
    bright[:, :40], dark[:, :40] = 255, 0
    statistics = TemporalStatistics(generator)
    run(generator, [bright], statistics)
    statistics.freeze()
    right = (slice(None), slice(-40, None))
    first, second = run(generator, [bright, dark], statistics)
    np.testing.assert_array_equal(first[right], second[right])
    first, second = (translate(generator, image) for image in (bright, dark))
    assert (first[right] != second[right]).any()


def test_a_list_of_images_is_consecutive_frames(generator):
    one_by_one, at_once, batch = (
        TemporalStatistics(generator, memory=2) for _ in range(3)
    )
    expected = run(generator, frames(), one_by_one)
    np.testing.assert_array_equal(
        translate(generator, frames(), statistics=at_once), expected
    )
    np.testing.assert_array_equal(
        translate(generator, np.stack(frames()), statistics=batch), expected
    )


def test_the_average_of_all_frames_weighs_them_alike(generator):
    statistics = TemporalStatistics(generator)
    for value in (-0.5, 0.0, 0.8):
        statistics.translate(np.full((1, 16, 16, 3), value, "float32"))
    reached = statistics.arrays()
    # A constant image is a constant map, of which the kernel has one sum.
    kernel, bias = generator.stack[1].get_weights()
    expected = 0.1 * kernel.sum((0, 1, 2)) + bias
    np.testing.assert_allclose(
        reached["average/whole/0000/mean"].ravel(),
        expected,
        rtol=1e-4,
        atol=1e-5,
    )
    spread = np.var([-0.5, 0.0, 0.8]) * kernel.sum((0, 1, 2)) ** 2
    np.testing.assert_allclose(
        reached["average/whole/0000/variance"].ravel(),
        spread,
        rtol=1e-3,
        atol=1e-6,
    )


@pytest.mark.parametrize("frozen", [False, True])
def test_another_object_goes_on_where_one_was(generator, frozen, tmp_path):
    first, *others = frames(4)
    whole = TemporalStatistics(generator, memory=2)
    run(generator, [first], whole)
    if frozen:
        whole.freeze()
    np.savez(tmp_path / "state.npz", **whole.arrays())
    resumed = TemporalStatistics(generator, memory=2)
    with np.load(tmp_path / "state.npz") as arrays:
        resumed.restore(arrays)
    assert resumed.frozen == frozen
    np.testing.assert_array_equal(
        run(generator, others, resumed), run(generator, others, whole)
    )


@pytest.mark.parametrize("scales", [1, 2])
def test_tiles_have_them_too(generator, scales):
    network = generator if scales == 1 else MultiScaleGenerator(generator)
    images = frames(2, 40, 56)
    tiles = {"mode": "tiled", "tile": 16}
    statistics = TemporalStatistics(network)
    shared = run(network, images, statistics, **tiles)
    alone = [translate(network, image, **tiles) for image in images]
    np.testing.assert_allclose(shared, alone, atol=1)
    statistics.freeze()
    frozen = run(network, images, statistics, **tiles)
    assert (np.array(frozen) != alone).any()


def test_half_precision_keeps_statistics_in_float32():
    network = ResNetGenerator(4, 1, dtype="mixed_bfloat16")
    statistics = TemporalStatistics(network)
    outputs = run(network, frames(2), statistics)
    assert outputs[0].shape == (17, 26, 3)
    assert {a.dtype.name for a in statistics.arrays().values()} <= {
        "float32",
        "int64",
        "bool",
    }


def test_networks_without_such_statistics_are_refused(generator):
    plain = keras.Sequential(
        [keras.Input((8, 8, 3)), keras.layers.Conv2D(3, 1)]
    )
    assert not has_statistics(plain)
    assert has_statistics(generator)
    with pytest.raises(ValueError, match="Received: Sequential"):
        TemporalStatistics(plain)


def test_exact_tiles_find_statistics_anew_and_refuse(generator):
    with pytest.raises(ValueError, match="exact_tiled"):
        run(
            generator,
            frames(1),
            TemporalStatistics(generator),
            mode="exact_tiled",
        )
