import numpy as np
import pytest
from metrics.features import images
from metrics.features import mean_colour

from semst_tf.metrics import KernelInceptionDistance
from semst_tf.metrics.kernel_inception_distance import squared_discrepancy


def _features(seed, count=60, shift=0.0):
    values = np.random.default_rng(seed).uniform(-0.5, 0.5, (count, 3))
    return (values + shift).astype("float32")


def _metric(target, translated, **arguments):
    metric = KernelInceptionDistance(network=mean_colour(), **arguments)
    metric.update_target(images(target))
    metric.update_state(images(translated))
    return metric


def _kernel(first, second):
    return (float(first @ second) / len(first) + 1) ** 3


def test_discrepancy_equals_the_sum_over_pairs():
    first, second = _features(0, 5).astype("d"), _features(1, 5, 0.3)
    second = second.astype("d")
    pairs = [(i, j) for i in range(5) for j in range(5)]
    unequal = [(i, j) for i, j in pairs if i != j]
    expected = (
        np.mean([_kernel(first[i], first[j]) for i, j in unequal])
        + np.mean([_kernel(second[i], second[j]) for i, j in unequal])
        - 2 * np.mean([_kernel(first[i], second[j]) for i, j in pairs])
    )
    assert squared_discrepancy(first, second) == pytest.approx(expected)


def test_discrepancy_of_unequal_counts_is_unbiased_too():
    values = [
        squared_discrepancy(_features(2 * s, 6), _features(2 * s + 1, 30))
        for s in range(400)
    ]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * error


def test_samples_of_one_distribution_have_none_on_average():
    values = [
        squared_discrepancy(_features(2 * s, 20), _features(2 * s + 1, 20))
        for s in range(300)
    ]
    error = np.std(values) / np.sqrt(len(values))
    assert abs(np.mean(values)) < 4 * error
    # A biased estimate would always be positive.
    assert min(values) < 0


def test_all_images_in_every_subset_leave_no_error():
    target, translated = _features(0), _features(1, shift=0.4)
    metric = _metric(target, translated, subsets=3)
    distance, error = metric.result_and_error()
    expected = squared_discrepancy(target.astype("d"), translated.astype("d"))
    assert distance == pytest.approx(expected, rel=1e-4)
    assert error == pytest.approx(0, abs=1e-9)


def test_subsets_depend_on_the_seed_only():
    data = _features(0), _features(1, shift=0.4)
    first = _metric(*data, subset_size=10).result_and_error()
    assert _metric(*data, subset_size=10).result_and_error() == first
    other = _metric(*data, subset_size=10, seed=1).result_and_error()
    assert other != first
    assert other[0] == pytest.approx(first[0], abs=6 * first[1])


def test_error_shrinks_with_the_number_of_subsets():
    data = _features(0), _features(1, shift=0.4)
    few = _metric(*data, subset_size=10, subsets=20).result_and_error()[1]
    many = _metric(*data, subset_size=10, subsets=500).result_and_error()[1]
    assert few > 3 * many > 0


def test_batches_do_not_matter():
    target, translated = _features(0), _features(1)
    streamed = KernelInceptionDistance(network=mean_colour(), batch_size=7)
    for start in range(0, 60, 25):
        streamed.update_target(images(target[start : start + 25]))
        streamed.update_state(images(translated[start : start + 25]))
    whole = _metric(target, translated)
    assert streamed.result() == pytest.approx(whole.result(), abs=1e-6)


def test_reset_forgets_translations_and_keeps_the_target():
    metric = _metric(_features(0), _features(1, shift=0.4))
    metric.reset_state()
    metric.update_state(images(_features(2)))
    fresh = _metric(_features(0), _features(2))
    assert metric.result() == pytest.approx(fresh.result())


def test_saved_target_can_be_used_again(tmp_path):
    metric = _metric(_features(0), _features(1, shift=0.4))
    metric.save_target(tmp_path / "target.npz")
    again = KernelInceptionDistance(network=mean_colour())
    again.load_target(tmp_path / "target.npz")
    again.update_state(images(_features(1, shift=0.4)))
    assert again.result() == pytest.approx(metric.result())


def test_few_images_are_warned_about():
    with pytest.warns(UserWarning, match="from 7 images is mostly noise"):
        _metric(_features(0), _features(1, 7)).result()


def test_one_image_is_refused():
    with pytest.raises(ValueError, match="Received: 1 translations"):
        _metric(_features(0), _features(1, 1)).result()
