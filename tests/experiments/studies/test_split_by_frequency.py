import numpy as np
import pytest
from split_by_frequency import mismatched_split


def test_the_first_half_is_rich_in_one_class_and_poor_in_the_other():
    shares = np.array([[0.1, 0.8], [0.9, 0.1], [0.2, 0.7], [0.8, 0.1]])
    first, second = mismatched_split(shares, rich=0, poor=1)
    assert (first.tolist(), second.tolist()) == ([1, 3], [0, 2])


def test_a_rare_class_counts_as_much_as_a_frequent_one():
    # By plain differences of the shares it would be the first and the third.
    shares = [[0.51, 0.009], [0.45, 0.001], [0.55, 0.009], [0.49, 0.001]]
    first, _ = mismatched_split(shares, rich=0, poor=1)
    assert first.tolist() == [2, 3]


def test_every_image_is_in_one_half_but_for_an_odd_one():
    shares = np.random.default_rng(0).random((7, 3))
    first, second = mismatched_split(shares, rich=2, poor=0)
    assert len(first) == len(second) == 3
    assert not set(first) & set(second)


def test_what_cannot_be_split_is_refused():
    with pytest.raises(ValueError, match="two images.*Received: 1"):
        mismatched_split(np.ones((1, 2)), rich=0, poor=1)
    with pytest.raises(ValueError, match="unequally.*Received"):
        mismatched_split(np.array([[0.5, 0.1], [0.5, 0.2]]), rich=0, poor=1)
