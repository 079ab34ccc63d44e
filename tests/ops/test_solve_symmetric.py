"""Systems of linear equations, at every place."""

import numpy as np
import pytest
from keras import ops

from semst_tf.ops.solve_symmetric import solve_symmetric

pytestmark = pytest.mark.backend_neutral


@pytest.mark.parametrize("size", [1, 3, 8])
def test_solutions_are_those_of_each_place(size):
    random = np.random.default_rng(size)
    roots = random.normal(size=(2, 3, 4, size, size))
    matrices = roots @ roots.swapaxes(-1, -2) + 0.1 * np.eye(size)
    right = random.normal(size=(2, 3, 4, size, 5))
    found = solve_symmetric(
        {
            (i, j): ops.convert_to_tensor(matrices[..., i, j, None])
            for i in range(size)
            for j in range(i, size)
        },
        [ops.convert_to_tensor(right[..., i, :]) for i in range(size)],
    )
    found = np.stack([ops.convert_to_numpy(row) for row in found], -2)
    np.testing.assert_allclose(
        found, np.linalg.solve(matrices, right), rtol=1e-4, atol=1e-4
    )
