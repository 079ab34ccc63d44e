import numpy as np
import pytest
from keras import ops

from semst_tf.descriptors.random_projection import random_projection

pytestmark = pytest.mark.backend_neutral


def test_directions_have_length_one_and_follow_the_seed():
    identity = np.eye(20, dtype="float32")
    directions = ops.convert_to_numpy(random_projection(identity, 6, seed=1))
    assert directions.shape == (20, 6)
    np.testing.assert_allclose(
        np.linalg.norm(directions, axis=0), 1.0, rtol=1e-5
    )
    again = ops.convert_to_numpy(random_projection(identity, 6, seed=1))
    other = ops.convert_to_numpy(random_projection(identity, 6, seed=2))
    assert (directions == again).all() and (directions != other).all()


def test_half_precision_field_is_projected_in_float32():
    field = np.ones((2, 3, 4, 5), "float16")
    result = random_projection(field)
    assert tuple(result.shape) == (2, 3, 4, 8)
    assert ops.convert_to_numpy(result).dtype == np.float32


def test_no_map_at_all_is_refused():
    with pytest.raises(ValueError, match="Received: maps=0"):
        random_projection(np.ones((1, 2)), maps=0)
