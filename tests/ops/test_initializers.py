import itertools

import numpy as np
import pytest
from keras import ops

from semst_tf.ops.initializers import seed_sequence
from semst_tf.ops.initializers import xavier_normal

pytestmark = pytest.mark.backend_neutral


def draw(shape, **arguments):
    return ops.convert_to_numpy(xavier_normal(**arguments)(shape))


def test_spread_is_that_of_xavier_times_the_gain():
    weights = draw((3, 3, 64, 32), seed=0)
    expected = 0.02 * np.sqrt(2 / (9 * 64 + 9 * 32))
    np.testing.assert_allclose(weights.std(), expected, rtol=0.03)
    np.testing.assert_allclose(weights.mean(), 0, atol=0.05 * expected)


def test_tails_are_not_cut_off():
    weights = draw((200, 200), seed=0)
    assert np.abs(weights).max() > 3.5 * weights.std()


def test_same_seed_same_weights_another_seed_others():
    np.testing.assert_array_equal(draw((4, 5), seed=1), draw((4, 5), seed=1))
    assert (draw((4, 5), seed=1) != draw((4, 5), seed=2)).all()


def test_seeds_of_a_sequence_repeat_with_it_and_differ_in_it():
    first = list(itertools.islice(seed_sequence(3), 50))
    assert first == list(itertools.islice(seed_sequence(3), 50))
    assert len(set(first)) == 50
    other = list(itertools.islice(seed_sequence(4), 50))
    assert not set(first) & set(other)


def test_without_a_seed_there_are_none():
    assert list(itertools.islice(seed_sequence(None), 3)) == [None] * 3
