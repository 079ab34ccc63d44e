import keras
import numpy as np
import pytest
from keras import ops

from semst_tf.descriptors import gather_tokens
from semst_tf.descriptors import grid_coordinates
from semst_tf.descriptors import sample_positions

pytestmark = pytest.mark.backend_neutral


def draw(*arguments):
    return ops.convert_to_numpy(sample_positions(*arguments))


def test_places_are_different_and_inside_the_grid():
    places = draw(6, 9, 40, 0)
    assert places.shape == (40,) and places.dtype == np.int32
    assert len(set(places.tolist())) == 40
    assert places.min() >= 0 and places.max() < 54


def test_more_places_than_the_grid_has_gives_every_place_once():
    assert sorted(draw(3, 4, 256, 0).tolist()) == list(range(12))


def test_every_place_is_as_likely():
    seeds = keras.random.SeedGenerator(7)
    drawn = [draw(2, 5, 4, seeds) for _ in range(300)]
    share = np.bincount(np.concatenate(drawn), minlength=10) / 300
    np.testing.assert_allclose(share, 0.4, atol=0.12)


def test_integer_seed_repeats_and_generator_moves_on():
    assert (draw(8, 8, 20, 5) == draw(8, 8, 20, 5)).all()
    seeds = keras.random.SeedGenerator(5)
    assert (draw(8, 8, 20, seeds) != draw(8, 8, 20, seeds)).any()


def test_tokens_and_coordinates_belong_to_the_same_place():
    rows, columns = np.mgrid[:4, :6]
    field = np.stack([rows, columns], axis=-1)[None].repeat(2, axis=0)
    places = sample_positions(4, 6, 10, 3)
    tokens = ops.convert_to_numpy(gather_tokens(field, places))
    coordinates = ops.convert_to_numpy(grid_coordinates(places, 6))
    assert coordinates.shape == (10, 2)
    for image in tokens:
        np.testing.assert_array_equal(image, coordinates)


def test_drawing_no_place_is_refused():
    with pytest.raises(ValueError, match="Received: count=0"):
        sample_positions(4, 4, 0, 1)
