"""Random numbers that depend on the step and on nothing else."""

import keras
from keras import ops


class StepSeeds(keras.random.SeedGenerator):
    """Seeds that follow from a seed, the step and the replica.

    A usual `SeedGenerator` keeps a variable that every draw changes: one more
    state to save, and a different one on each replica. Here the draws of a
    step are a function of its number, so that a training that is continued
    draws what it would have drawn, and replicas draw differently.

    Args:
        seed: int. The seed of the training.
        step: Int scalar tensor, the number of the step.
        replica: int or int scalar tensor. Defaults to `0`.

    Example:

    >>> seeds = StepSeeds(seed=0, step=model.optimizer.iterations)
    >>> keras.random.uniform((2,), seed=seeds)
    """

    # Keras asks for an instance of its class and calls `next`; the variable
    # that the constructor of the base class makes is what must not be.
    def __init__(self, seed, step, replica=0):
        self._stream = seed % 65536 + replica * 100_000_007
        self._step = step
        self._draws = 0

    def next(self, ordered=True):
        """Returns the seed of the next draw of this step."""
        del ordered
        dtype = "uint32" if keras.backend.backend() == "jax" else "int32"
        stream = self._stream + self._draws * 1_000_003
        self._draws += 1
        if isinstance(stream, int):
            # Tensors wrap around by themselves; Python's numbers do not.
            stream %= 2**31
        return ops.stack([ops.cast(stream, dtype), ops.cast(self._step, dtype)])
