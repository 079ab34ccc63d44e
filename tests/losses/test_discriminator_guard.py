import numpy as np
import pytest
from keras import ops

from semst_tf.losses.discriminator_guard import discriminator_accuracy
from semst_tf.losses.discriminator_guard import discriminator_guard

pytestmark = pytest.mark.backend_neutral


def scores(*images):
    return np.array(images, "float32").reshape(len(images), -1, 1, 1)


REAL = scores([1.0, 2.0, 0.5, 3.0], [1.0, -1.0, -1.0, -1.0])
FAKE = scores([-1.0, -2.0, -0.5, 3.0], [1.0, 1.0, 1.0, -1.0])


def test_accuracy_is_the_share_on_the_right_side_of_each_pair():
    accuracy = ops.convert_to_numpy(discriminator_accuracy(REAL, FAKE))
    np.testing.assert_allclose(accuracy, [7 / 8, 2 / 8])
    shifted = discriminator_accuracy(REAL + 0.5, FAKE + 0.5, boundary=0.5)
    np.testing.assert_allclose(ops.convert_to_numpy(shifted), accuracy)


def test_scales_count_alike_whatever_their_size():
    coarse = scores([-1.0], [-1.0])
    for make in (dict, lambda **maps: list(maps.values())):
        accuracy = discriminator_accuracy(
            make(fine=REAL, coarse=coarse), make(fine=FAKE, coarse=coarse)
        )
        np.testing.assert_allclose(
            ops.convert_to_numpy(accuracy),
            [(1 + 0 + 3 / 4 + 1) / 4, (1 / 4 + 0 + 1 / 4 + 1) / 4],
        )


def test_only_a_pair_that_is_told_apart_too_well_rests():
    weights = ops.convert_to_numpy(discriminator_guard(REAL, FAKE, 0.8))
    np.testing.assert_array_equal(weights, [0, 1])
    all_right = discriminator_guard(np.abs(REAL), -np.abs(REAL), 1.0)
    np.testing.assert_array_equal(ops.convert_to_numpy(all_right), [1, 1])
    at_bound = discriminator_guard(REAL, FAKE, 7 / 8)
    np.testing.assert_array_equal(ops.convert_to_numpy(at_bound), [1, 1])


def test_bounds_that_are_no_share_are_refused():
    with pytest.raises(ValueError, match="Received: maximum_accuracy=60"):
        discriminator_guard(REAL, FAKE, 60)
