import itertools
import threading

import numpy as np
import pytest

from semst_tf.data import ImageCollection
from semst_tf.data import UnpairedSampler
from semst_tf.data import unpaired_images
from semst_tf.data.unpaired_sequence import UnpairedSequence


@pytest.mark.parametrize(
    "options",
    [
        {},
        {"first_example": 3},
        {"passes": 2},
        {"passes": 2, "drop_remainder": True},
        {"passes": 2, "first_example": 1, "part": (1, 2)},
    ],
)
def test_batches_are_those_of_tf_data(make_folder, options):
    folders = make_folder("s", 5), make_folder("t", 3)
    collections = [ImageCollection(folder) for folder in folders]
    sampler = UnpairedSampler(*collections, crop_size=8, seed=1)
    options = {"batch_size": 4, **options}
    ours = UnpairedSequence(sampler, **options)
    theirs = unpaired_images(*collections, crop_size=8, seed=1, **options)
    pairs = itertools.zip_longest(
        itertools.islice(ours, 5), theirs.take(5).as_numpy_iterator()
    )
    for index, (mine, other) in enumerate(pairs):
        for domain in ("source", "target"):
            np.testing.assert_array_equal(mine[domain], other[domain])
            np.testing.assert_array_equal(ours[index][domain], mine[domain])
    if "passes" in options:
        assert ours.num_batches == int(theirs.cardinality())


def test_an_unreadable_image_ends_the_iteration(make_folder):
    folder = make_folder("s", 3)
    images = ImageCollection(folder)
    sampler = UnpairedSampler(images, images, crop_size=8)
    for path in folder.iterdir():
        path.write_bytes(b"no image")
    with pytest.raises(ValueError):
        next(iter(UnpairedSequence(sampler, workers=2)))


def test_no_thread_stays_when_nobody_reads_on(make_folder):
    images = ImageCollection(make_folder("s", 3))
    sampler = UnpairedSampler(images, images, crop_size=8)
    before = set(threading.enumerate())
    batches = iter(UnpairedSequence(sampler, workers=2))
    next(batches)
    batches.close()
    for thread in set(threading.enumerate()) - before:
        thread.join(60)
        assert not thread.is_alive()
