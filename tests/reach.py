"""How far around a pixel a generator looks."""

import numpy as np
from keras import ops


def reached_rows(generator):
    """Returns how many rows away a change of the input is seen.

    All weights are made of one sign first, so that nothing that arrives is
    hidden by a ReLU or undone.

    Args:
        generator: Generator with a `margin` that bounds the result.

    Returns:
        int.
    """
    generator.set_weights(
        [
            np.full(w.shape, 1.2 / np.prod(w.shape[:-1]) if w.ndim > 1 else 0.1)
            for w in generator.get_weights()
        ]
    )
    margin = generator.margin
    column = np.full((1, 2 * margin + 24, 8, 3), 0.1, "float32")
    before = ops.convert_to_numpy(generator(column))
    reached = 0
    for row in range(margin + 8, margin + 16):
        column[0, row] += 0.5
        changed = np.abs(ops.convert_to_numpy(generator(column)) - before)
        rows = np.nonzero(changed.max((0, 2, 3)) > 0)[0]
        reached = max(reached, row - rows[0], rows[-1] - row)
        column[0, row] -= 0.5
    return reached
