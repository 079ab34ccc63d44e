import keras
import numpy as np
import pytest
from gradients import gradient
from keras import ops

from semst_tf.ops.patch_positions import gather_tokens
from semst_tf.ops.patch_positions import grid_coordinates
from semst_tf.ops.patch_positions import sample_positions

pytestmark = pytest.mark.backend_neutral


def draw(*arguments):
    return ops.convert_to_numpy(sample_positions(*arguments))


def test_positions_are_different_and_inside_the_map():
    positions = draw(6, 9, 40, 0)
    assert positions.shape == (40,) and positions.dtype == np.int32
    assert len(set(positions.tolist())) == 40
    assert positions.min() >= 0 and positions.max() < 54


@pytest.mark.parametrize("count", [12, 13, 256])
def test_as_many_as_the_map_has_or_more_gives_every_position_once(count):
    assert sorted(draw(3, 4, count, 0).tolist()) == list(range(12))


def test_every_position_is_as_likely():
    seeds = keras.random.SeedGenerator(7)
    drawn = [draw(2, 5, 4, seeds) for _ in range(300)]
    share = np.bincount(np.concatenate(drawn), minlength=10) / 300
    np.testing.assert_allclose(share, 0.4, atol=0.12)


def test_integer_seed_repeats_and_generator_moves_on():
    assert (draw(8, 8, 20, 5) == draw(8, 8, 20, 5)).all()
    seeds = keras.random.SeedGenerator(5)
    assert (draw(8, 8, 20, seeds) != draw(8, 8, 20, seeds)).any()


def test_tokens_and_coordinates_belong_to_the_same_position():
    rows, columns = np.mgrid[:4, :6]
    field = np.stack([rows, columns], axis=-1)[None].repeat(2, axis=0)
    positions = sample_positions(4, 6, 10, 3)
    tokens = ops.convert_to_numpy(gather_tokens(field, positions))
    coordinates = ops.convert_to_numpy(grid_coordinates(positions, 6))
    assert tokens.shape == (2, 10, 2) and coordinates.shape == (10, 2)
    for image in tokens:
        np.testing.assert_array_equal(image, coordinates)


def test_each_image_gives_its_own_tokens():
    field = np.random.default_rng(0).normal(size=(3, 4, 5, 2))
    positions = np.array([19, 0, 7], "int32")
    np.testing.assert_allclose(
        ops.convert_to_numpy(gather_tokens(field, positions)),
        field.reshape(3, 20, 2)[:, positions],
    )


def test_gradient_reaches_the_gathered_positions_only():
    field = np.zeros((2, 2, 3, 1), "float32")
    positions = np.array([4, 0], "int32")
    slope = gradient(lambda x: ops.sum(gather_tokens(x, positions)), field)
    np.testing.assert_array_equal(slope.reshape(2, 6), [[1, 0, 0, 0, 1, 0]] * 2)


@pytest.mark.parametrize("count", [0, -3])
def test_drawing_no_position_is_refused(count):
    with pytest.raises(ValueError, match=f"Received: count={count}"):
        sample_positions(4, 4, count, 1)


def halves(height=8, width=8):
    """The left half of the first image counts, nothing of the second."""
    valid = np.zeros((2, height, width, 1), "float32")
    valid[0, :, : width // 2] = 1
    return valid


def test_positions_lie_where_an_image_counts_and_come_again_if_they_are_few():
    own = ops.convert_to_numpy(sample_positions(4, 4, 12, 1, halves()))
    assert own.shape == (2, 12) and own.dtype == np.int32
    assert set(own[0].tolist()) == {0, 1, 4, 5, 8, 9, 12, 13}
    assert len(set(own[0, :8].tolist())) == 8
    # Where there is none, anywhere: the term has to have a value.
    assert len(set(own[1].tolist())) == 12


def test_where_everything_counts_positions_are_those_of_one_map():
    everywhere = np.ones((2, 8, 8, 1), "float32")
    own = ops.convert_to_numpy(sample_positions(4, 4, 9, 1, everywhere))
    for image in own:
        np.testing.assert_array_equal(image, draw(4, 4, 9, 1))


def test_tokens_and_coordinates_of_each_image_are_those_of_its_positions():
    rows, columns = np.mgrid[:4, :6]
    field = np.stack([rows, columns], axis=-1)[None].repeat(2, axis=0)
    positions = np.array([[3, 7], [23, 0]], "int32")
    tokens = ops.convert_to_numpy(gather_tokens(field, positions))
    coordinates = ops.convert_to_numpy(grid_coordinates(positions, 6))
    np.testing.assert_array_equal(tokens, coordinates)
    assert tokens.tolist() == [[[0, 3], [1, 1]], [[3, 5], [0, 0]]]
