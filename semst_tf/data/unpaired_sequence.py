"""The batches of a training without tf.data."""

import collections
import concurrent.futures
import itertools

import keras
import numpy as np

from semst_tf.data.default_workers import default_workers


class UnpairedSequence(keras.utils.PyDataset):
    """Batches of an `UnpairedSampler`, for any Keras backend.

    The batches are those of the tf.data pipeline, bit for bit: example `i` of
    a sampler is the same wherever it is drawn. Threads load ahead, in `fit`
    and when iterated over.

    Args:
        sampler: `UnpairedSampler`.
        batch_size: int. Examples in a batch. Defaults to `1`.
        first_example: int. Index of the first example. Defaults to `0`.
        passes: int or `None`. Passes of the larger domain after which the
            data ends, counted from index 0. Defaults to `None`, endless: give
            `steps_per_epoch` to `fit`.
        drop_remainder: bool. Whether to drop a last batch that is not full.
            Defaults to `False`.
        workers: int or `None`. Threads. Defaults to `None`, as many as
            processors, at most 8.
        part: Pair `(index, count)`. Which examples of each batch to read, as
            in `unpaired_images`. Defaults to `(0, 1)`, all.

    Example:

    >>> data = UnpairedSequence(sampler, batch_size=4)
    >>> model.fit(data, steps_per_epoch=1000)
    """

    def __init__(
        self,
        sampler,
        batch_size=1,
        first_example=0,
        passes=None,
        drop_remainder=False,
        workers=None,
        part=(0, 1),
    ):
        super().__init__(workers=workers or default_workers())
        self.sampler = sampler
        self.batch_size = batch_size
        self.first_example = first_example
        self.part = part
        self._examples = None
        if passes is not None:
            end = passes * sampler.pass_length
            self._examples = max(0, end - first_example)
            if drop_remainder or part[1] > 1:
                self._examples -= self._examples % batch_size

    @property
    def num_batches(self):
        if self._examples is None:
            return None
        return -(-self._examples // self.batch_size)

    def __getitem__(self, index):
        worker, workers = self.part
        share = self.batch_size // workers
        place = index * self.batch_size + worker * share
        count = share
        if self._examples is not None:
            count = min(share, self._examples - place)
        start = self.first_example + place
        examples = [self.sampler.example(start + i) for i in range(count)]
        return {
            domain: np.stack([example[domain] for example in examples])
            for domain in examples[0]
        }

    def __iter__(self):
        count = self.num_batches
        indices = itertools.count() if count is None else iter(range(count))
        pool = concurrent.futures.ThreadPoolExecutor(self.workers)
        try:
            loading = collections.deque(
                pool.submit(self.__getitem__, index)
                for index in itertools.islice(indices, self.workers + 1)
            )
            while loading:
                batch = loading.popleft().result()
                for index in itertools.islice(indices, 1):
                    loading.append(pool.submit(self.__getitem__, index))
                yield batch
        finally:
            pool.shutdown(wait=False, cancel_futures=True)
