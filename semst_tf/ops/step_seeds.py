"""Random numbers that depend on the step and on nothing else."""

import functools
import operator

import keras
from keras import ops

_GOLDEN = -1640531527  # 2**32 divided by the golden ratio, as an int32.


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
    >>> uniform((2,), seed=seeds)
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


def uniform(shape, seed):
    """Draws uniform random numbers that are the same on every backend.

    `keras.random.uniform` gives other numbers on each backend, so that one
    training would not be the same training on two of them. These are hashes
    of the place in the tensor and the seed.

    Args:
        shape: Tuple of ints or int scalar tensors.
        seed: int or `keras.random.SeedGenerator`.

    Returns:
        Float32 tensor in [0, 1).

    Reference:
        The hash is the finaliser of MurmurHash3 (Appleby, public domain),
        keyed before and between two rounds.
    """
    if isinstance(seed, int):
        words = ops.convert_to_tensor([seed % 2**31, 0], dtype="int32")
    else:
        words = ops.cast(seed.next(), "int32")
    first = _mixed(_mixed(words[0] + _GOLDEN) ^ words[1])
    second = _mixed(first + _GOLDEN)
    size = functools.reduce(operator.mul, shape, 1)
    places = ops.arange(size, dtype="int32")
    bits = _mixed(_mixed(places + first) ^ second)
    # 24 bits are what a float32 holds without rounding up to 1.
    numbers = ops.cast(_shifted_right(bits, 8), "float32") / 2**24
    return ops.reshape(numbers, shape)


def _mixed(bits):
    """Maps int32 numbers to others one to one, without any pattern."""
    bits = bits ^ _shifted_right(bits, 16)
    bits = bits * -2048144789
    bits = bits ^ _shifted_right(bits, 13)
    bits = bits * -1028477387
    return bits ^ _shifted_right(bits, 16)


def _shifted_right(bits, count):
    # The sign is a bit like any other here, and must not be repeated.
    kept = 2 ** (32 - count) - 1
    return ops.bitwise_and(ops.right_shift(bits, count), kept)
