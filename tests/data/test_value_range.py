import numpy as np
import pytest

from semst_tf.data import from_unit_range
from semst_tf.data import to_unit_range


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
def test_every_integer_value_survives_the_round_trip(dtype):
    values = np.arange(np.iinfo(dtype).max + 1).astype(dtype)
    unit = to_unit_range(values)
    assert unit.dtype == np.float32
    assert unit[0] == -1.0
    assert unit[-1] == 1.0
    restored = from_unit_range(unit, dtype)
    assert restored.dtype == np.dtype(dtype)
    np.testing.assert_array_equal(restored, values)


def test_explicit_range_maps_its_ends_to_minus_one_and_one():
    values = np.array([[0.0, 5.0, 10.0]], "float32")
    unit = to_unit_range(values, (0, 10))
    np.testing.assert_allclose(unit, [[-1.0, 0.0, 1.0]])
    np.testing.assert_allclose(
        from_unit_range(unit, "float32", (0, 10)), values
    )


def test_overshoot_is_clipped_and_not_wrapped_around():
    restored = from_unit_range(np.array([-1.2, 1.2, 0.0]), "uint8")
    assert restored.tolist() == [0, 255, 128]


def test_nan_is_an_error_and_not_a_black_pixel():
    with pytest.raises(ValueError, match="1 NaN of 2 values"):
        from_unit_range(np.array([np.nan, 0.0]))


def test_float_images_without_a_range_are_refused():
    with pytest.raises(
        ValueError, match="value_range.*Received: dtype=float32"
    ):
        to_unit_range(np.zeros((2, 2), "float32"))


@pytest.mark.parametrize("values", [[0.0, 1.5], [-0.1, 0.5], [0.5, np.nan]])
def test_values_outside_the_stated_range_are_refused(values):
    with pytest.raises(ValueError, match="outside"):
        to_unit_range(np.array(values, "float32"), (0, 1))


@pytest.mark.parametrize(
    "value_range", [(1, 0), (0, 0), (0, np.inf), (0,), "ab", 3]
)
def test_senseless_ranges_are_refused(value_range):
    with pytest.raises(ValueError, match="low < high.*Received"):
        to_unit_range(np.zeros(2, "uint8"), value_range)


def test_range_that_does_not_fit_the_integer_type_is_refused():
    with pytest.raises(ValueError, match="does not fit"):
        from_unit_range(np.zeros(2), "uint8", (0, 300))
