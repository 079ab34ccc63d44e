import numpy as np
import pytest

from semst_tf.data.unpaired_arrays import UnpairedArrays

pytestmark = pytest.mark.backend_neutral


def images(count):
    """Images that are known by their value."""
    numbers = np.arange(count, dtype="float32")
    return np.broadcast_to(numbers[:, None, None, None], (count, 2, 2, 1))


def epoch(data):
    """Numbers of the source and target images of an epoch, in order."""
    batches = [data[index] for index in range(data.num_batches)]
    return [
        np.concatenate([batch[d][:, 0, 0, 0] for batch in batches]).astype(int)
        for d in ("source", "target")
    ]


@pytest.mark.parametrize(("sources", "targets"), [(5, 3), (3, 5), (4, 4)])
def test_an_epoch_uses_every_image_and_the_few_equally_often(sources, targets):
    data = UnpairedArrays(images(sources), images(targets), batch_size=2)
    for _ in range(3):
        for found, count in zip(epoch(data), (sources, targets)):
            used = np.bincount(found, minlength=count)
            assert used.min() >= 1
            assert used.max() - used.min() <= 1
            assert used.sum() == max(sources, targets)
        data.on_epoch_end()


def test_epochs_pair_anew_and_the_same_seed_pairs_alike():
    first, second, other = (
        UnpairedArrays(images(7), images(5), seed=seed) for seed in (0, 0, 1)
    )
    one = epoch(first)
    np.testing.assert_array_equal(one, epoch(second))
    assert (np.array(one) != epoch(other)).any()
    first.on_epoch_end()
    assert (np.array(one) != epoch(first)).any()


def test_unshuffled_the_shorter_array_repeats_in_its_order():
    data = UnpairedArrays(images(2), images(5), batch_size=4, shuffle=False)
    source, target = epoch(data)
    np.testing.assert_array_equal(source, [0, 1, 0, 1, 0])
    np.testing.assert_array_equal(target, range(5))
    assert data.num_batches == 2
    assert data.last_batch_size == 1


def test_a_domain_without_images_is_refused():
    with pytest.raises(ValueError, match="Received: 0 source and 3 target"):
        UnpairedArrays(images(0), images(3))
