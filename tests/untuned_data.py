"""Data that TensorFlow does not tune, so that dropping it takes no time."""

import functools

import tensorflow as tf
from tensorflow.python.data.ops import iterator_ops


def leave_data_untuned():
    """Switches the tuning of every `tf.data` iterator off.

    An iterator that is tuned has a thread that sleeps for up to a minute, and
    whoever drops the iterator waits for it. The data of this package is not
    tuned; that of Keras and of `tf.distribute` is, and each of their iterators
    that the garbage collector finds stops the tests for as long.
    """
    init = iterator_ops.OwnedIterator.__init__

    @functools.wraps(init)
    def untuned(self, dataset=None, *arguments, **options):
        if dataset is not None:
            settings = tf.data.Options()
            settings.autotune.enabled = False
            dataset = dataset.with_options(settings)
        init(self, dataset, *arguments, **options)

    iterator_ops.OwnedIterator.__init__ = untuned
