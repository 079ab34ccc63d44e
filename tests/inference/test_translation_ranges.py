"""Which values stand for black and white on the way in and out."""

import types

import numpy as np
import pytest

from semst_tf.inference.translation_ranges import scored_translation
from semst_tf.inference.translation_ranges import translation_ranges


def translator(source=None, target=None):
    return types.SimpleNamespace(value_range=source, target_value_range=target)


@pytest.mark.parametrize(
    ("dtype", "source", "target", "expected"),
    [
        ("uint8", None, None, (None, None)),
        ("float32", None, None, ((-1, 1), (-1, 1))),
        ("uint16", (0, 4095), (0, 4095), ((0, 4095), (0, 4095))),
        ("uint16", (0, 4095), None, ((0, 4095), None)),
        ("int16", (-1000, 2000), None, ((-1000, 2000), (-1000, 2000))),
        ("float32", (-1000, 2000), (0, 1), ((-1000, 2000), (0, 1))),
        # What the type cannot hold is written in the range of the type.
        ("uint8", None, (-1000, 2000), (None, None)),
    ],
)
def test_trained_ranges_hold_where_the_type_can_hold_them(
    dtype, source, target, expected
):
    ranges = translation_ranges(translator(source, target), dtype)
    assert (ranges.source, ranges.target) == expected


def test_trained_ranges_clip_and_stated_ones_refuse():
    values = np.array([-5, 0, 10, 15], "int16")
    trained = translation_ranges(translator((0, 10), (0, 10)), "int16")
    assert trained.from_unit(trained.to_unit(values)).tolist() == [0, 0, 10, 10]
    stated = translation_ranges(translator((0, 10)), "int16", (0, 12))
    with pytest.raises(ValueError, match="outside"):
        stated.to_unit(values)


def test_scores_get_translations_in_a_range_they_know():
    image = np.array([-1000, 500, 2000], "int16")
    model = translator((-1000, 2000), (-1000, 2000))
    np.testing.assert_allclose(scored_translation(model, image), [-1, 0, 1])
    image = np.array([0, 7], "uint8")
    assert scored_translation(translator(), image) is image
