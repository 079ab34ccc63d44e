import keras
import numpy as np
import pytest

from semst_tf.data import distributed_images
from semst_tf.data import unpaired_images
from semst_tf.distribution.devices import distribution_strategy

if keras.backend.backend() != "tensorflow":
    pytest.skip("distributes with TensorFlow", allow_module_level=True)

import tensorflow as tf


@pytest.fixture(scope="module")
def replicas():
    return distribution_strategy("cpu:2")


def test_replicas_read_together_what_one_device_reads(replicas, make_folder):
    folders = make_folder("s", 5), make_folder("t", 3)
    options = {"crop_size": 8, "batch_size": 4, "seed": 2, "first_example": 4}
    alone = unpaired_images(*folders, **options).as_numpy_iterator()
    together = distributed_images(replicas, *folders, **options)
    for batch, _ in zip(together, range(4)):
        expected = next(alone)
        for domain in ("source", "target"):
            shares = replicas.experimental_local_results(batch[domain])
            assert [len(share) for share in shares] == [2, 2]
            np.testing.assert_array_equal(
                np.concatenate(shares), expected[domain]
            )


def test_one_device_reads_plain_data(make_folder):
    data = distributed_images(
        tf.distribute.get_strategy(),
        make_folder("s", 2),
        make_folder("t", 2),
        crop_size=8,
        batch_size=3,
    )
    assert data.element_spec["source"].shape == (3, 8, 8, 3)


@pytest.mark.parametrize("batch_size", [1, 3])
def test_a_batch_that_replicas_cannot_share_is_refused(replicas, batch_size):
    with pytest.raises(ValueError, match=f"Received: batch_size={batch_size}"):
        distributed_images(replicas, "s", "t", batch_size=batch_size)
