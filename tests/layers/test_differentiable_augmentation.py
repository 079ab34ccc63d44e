import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.layers.differentiable_augmentation import (
    DifferentiableAugmentation,
)
from semst_tf.ops.step_seeds import StepSeeds


def images(height=16, width=24, count=4):
    random = np.random.default_rng(0)
    shape = (count, height, width, 3)
    # Never 0, which is what is put in from outside.
    return random.uniform(0.1, 1, shape).astype("float32")


def numpy(values):
    return ops.convert_to_numpy(values)


@pytest.mark.backend_neutral
def test_probability_zero_changes_nothing():
    given = images()
    assert (
        DifferentiableAugmentation(probability=0.0)(given, seed=1) is not None
    )
    layer = DifferentiableAugmentation(probability=0.0, mirror=1.0)
    np.testing.assert_array_equal(numpy(layer(given, seed=1)), given)


@pytest.mark.backend_neutral
def test_shifts_move_every_image_by_its_own_whole_pixels():
    given = images(count=6)
    shifted = numpy(DifferentiableAugmentation(cutout=0)(given, seed=3))
    found = []
    for before, after in zip(given, shifted):
        padded = np.pad(before, ((2, 2), (3, 3), (0, 0)))
        windows = {
            (y, x): padded[y : y + 16, x : x + 24]
            for y in range(5)
            for x in range(7)
        }
        found += [
            at for at, window in windows.items() if (window == after).all()
        ]
    assert len(found) == 6 and len(set(found)) > 3


@pytest.mark.backend_neutral
def test_every_shift_within_reach_occurs_and_none_beyond():
    given = np.zeros((200, 9, 9, 1), "float32")
    given[:, 4, 4] = 1
    layer = DifferentiableAugmentation(shift=0.25, cutout=0)
    places = np.argwhere(numpy(layer(given, seed=0))[..., 0] == 1)[:, 1:]
    assert len(places) == 200
    assert set(map(tuple, places)) == {
        (y, x) for y in range(2, 7) for x in range(2, 7)
    }


@pytest.mark.backend_neutral
def test_cutout_hides_a_rectangle_and_nothing_else():
    given = images()
    cut = numpy(DifferentiableAugmentation(shift=0, cutout=0.5)(given, seed=5))
    hidden = (cut == 0).all(-1)
    np.testing.assert_array_equal(cut[~hidden], given[~hidden])
    for image in hidden:
        rows, columns = image.any(1), image.any(0)
        np.testing.assert_array_equal(image, np.outer(rows, columns))
        assert 0 < rows.sum() <= 8 and 0 < columns.sum() <= 12
    assert len({image.tobytes() for image in hidden}) == 4


@pytest.mark.backend_neutral
def test_mirroring_happens_as_often_as_asked():
    given = images(4, 6, count=200)
    layer = DifferentiableAugmentation(shift=0, cutout=0, mirror=0.5)
    result = numpy(layer(given, seed=0))
    mirrored = (result == given[:, :, ::-1]).all((1, 2, 3))
    same = (result == given).all((1, 2, 3))
    assert (mirrored ^ same).all() and 0.35 < mirrored.mean() < 0.65


@pytest.mark.backend_neutral
def test_a_smaller_probability_leaves_some_images_alone():
    given = images(8, 8, count=200)
    layer = DifferentiableAugmentation(probability=0.3, shift=0.25, cutout=0)
    same = (numpy(layer(given, seed=0)) == given).all((1, 2, 3))
    assert 0.6 < same.mean() < 0.85


@pytest.mark.backend_neutral
def test_colours_are_never_changed():
    given = np.full((8, 16, 16, 3), (0.3, -0.5, 0.9), "float32")
    result = numpy(DifferentiableAugmentation(mirror=0.5)(given, seed=2))
    hidden = (result == 0).all(-1)
    assert (result[~hidden] == given[0, 0, 0]).all()


@pytest.mark.backend_neutral
def test_draws_follow_from_the_step_and_go_on_within_it():
    layer, given = DifferentiableAugmentation(), images()
    seeds = StepSeeds(0, step=5)
    first, second = (numpy(layer(given, seed=seeds)) for _ in range(2))
    again = numpy(layer(given, seed=StepSeeds(0, step=5)))
    np.testing.assert_array_equal(first, again)
    assert (first != second).any()
    assert (numpy(layer(given, seed=StepSeeds(0, step=6))) != first).any()


@pytest.mark.backend_neutral
def test_half_precision_images_keep_their_values():
    given = images().astype("float16")
    layer = DifferentiableAugmentation(cutout=0, dtype="float16")
    result = layer(given, seed=0)
    assert keras.backend.standardize_dtype(result.dtype) == "float16"
    assert np.isin(numpy(result)[numpy(result) != 0], given).all()


def test_wrong_shares_are_refused():
    with pytest.raises(ValueError, match="Received: cutout=1.5"):
        DifferentiableAugmentation(cutout=1.5)


def test_gradient_reaches_what_is_still_seen_at_unknown_sizes():
    tf = pytest.importorskip("tensorflow")
    if keras.backend.backend() != "tensorflow":
        pytest.skip("gradients with TensorFlow")
    layer = DifferentiableAugmentation(mirror=0.5)

    @tf.function(input_signature=[tf.TensorSpec((None, None, None, 3))])
    def run(given):
        with tf.GradientTape() as tape:
            tape.watch(given)
            result = layer(given, seed=7)
            total = tf.reduce_sum(result)
        return result, tape.gradient(total, given)

    result, gradient = map(numpy, run(images()))
    assert set(np.unique(gradient)) == {0.0, 1.0}
    assert gradient.sum() == (result != 0).sum()
