"""Batches of two arrays that need not have the same length."""

import keras
import numpy as np


class UnpairedArrays(keras.utils.PyDataset):
    """Pairs the images of two arrays at random, without dropping any.

    An epoch goes once through the longer array. The shorter one is gone
    through as often as that takes, in a new order each time, so that every
    image of it is used equally often up to one. Each epoch pairs anew.

    Args:
        source: Array `(count, height, width, channels)`, or a tensor.
        target: The same of the other domain, of any count.
        batch_size: int. Pairs in a batch. Defaults to `32`.
        shuffle: bool. Whether to shuffle each domain on its own; without it
            the shorter array is repeated in its order. Defaults to `True`.
        seed: int or sequence of int. Defaults to `0`.

    Raises:
        ValueError: If an array is empty.

    Example:

    >>> data = UnpairedArrays(photos, paintings, batch_size=4)
    >>> model.fit(data, epochs=10)
    """

    def __init__(self, source, target, batch_size=32, shuffle=True, seed=0):
        super().__init__()
        if not len(source) or not len(target):
            raise ValueError(
                "Both domains need images. Received: "
                f"{len(source)} source and {len(target)} target images"
            )
        self.source = source
        self.target = target
        self.batch_size = batch_size
        self.shuffle = shuffle
        self.seed = tuple(np.atleast_1d(seed))
        self._epoch = 0
        self._draw()

    @property
    def num_batches(self):
        return -(-self._examples // self.batch_size)

    @property
    def last_batch_size(self):
        """Pairs in the last batch of an epoch."""
        return (self._examples - 1) % self.batch_size + 1

    def __getitem__(self, index):
        part = slice(index * self.batch_size, (index + 1) * self.batch_size)
        return {
            "source": np.asarray(self.source)[self._order[0][part]],
            "target": np.asarray(self.target)[self._order[1][part]],
        }

    def on_epoch_end(self):
        self._epoch += 1
        self._draw()

    @property
    def _examples(self):
        return max(len(self.source), len(self.target))

    def _draw(self):
        random = np.random.default_rng((*self.seed, self._epoch))
        self._order = [
            self._indices(len(images), random)
            for images in (self.source, self.target)
        ]

    def _indices(self, count, random):
        if not self.shuffle:
            return np.arange(self._examples) % count
        rounds = -(-self._examples // count)
        orders = [random.permutation(count) for _ in range(rounds)]
        return np.concatenate(orders)[: self._examples]
