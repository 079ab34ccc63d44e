"""Batches of two arrays that need not have the same length."""

import keras
import numpy as np

from semst_tf.data.guides import order_of


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
        guides: Dict of arrays that batches bring too, by their names in
            `semst_tf.data.guides`, or `None`. Pairs are gone through in an
            order of their own.

    Raises:
        ValueError: If an array is empty.

    Example:

    >>> data = UnpairedArrays(photos, paintings, batch_size=4)
    >>> model.fit(data, epochs=10)
    """

    def __init__(
        self,
        source,
        target,
        batch_size=32,
        shuffle=True,
        seed=0,
        guides=None,
    ):
        super().__init__()
        if not len(source) or not len(target):
            raise ValueError(
                "Both domains need images. Received: "
                f"{len(source)} source and {len(target)} target images"
            )
        self.source = source
        self.target = target
        self._groups = _groups(source, target, guides or {})
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
            name: np.asarray(images)[order[part]]
            for group, order in zip(self._groups, self._order)
            for name, images in group.items()
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
            self._indices(_length(group), random) for group in self._groups
        ]

    def _indices(self, count, random):
        if not self.shuffle:
            return np.arange(self._examples) % count
        rounds = -(-self._examples // count)
        orders = [random.permutation(count) for _ in range(rounds)]
        return np.concatenate(orders)[: self._examples]


def _groups(source, target, guides):
    """Arrays by name, those together that go by one order."""
    groups = [{"source": source}, {"target": target}, {}]
    for name, images in guides.items():
        groups[order_of(name)][name] = images
    for group in groups:
        counts = {name: len(images) for name, images in group.items()}
        if len(set(counts.values())) > 1:
            raise ValueError(
                "What belongs together has one entry an image. "
                f"Received: {counts}"
            )
    return [group for group in groups if group]


def _length(group):
    return len(next(iter(group.values())))
