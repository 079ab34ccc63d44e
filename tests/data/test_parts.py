import numpy as np
import pytest

from semst_tf.data.parts import parts


@pytest.mark.parametrize("layout", [1, 2, 3, 5])
def test_parts_cover_every_place_once_and_differ_by_a_row_at_most(layout):
    counts = np.zeros((5, 7), int)
    sizes = []
    for rows, columns in parts(counts.shape, layout):
        counts[rows, columns] += 1
        sizes.append(counts[rows, columns].shape)
    assert (counts == 1).all()
    assert len(sizes) == layout**2
    for sides in zip(*sizes):
        assert max(sides) - min(sides) <= 1


def test_more_parts_than_places_are_refused_by_the_field_to_set():
    with pytest.raises(ValueError, match="`data.matching_layout` to at most 4"):
        parts((4, 9), 5)
