import warnings

import numpy as np
import pytest
from metrics.features import images
from metrics.features import mean_colour

from semst_tf.metrics import FrechetInceptionDistance
from semst_tf.metrics import KernelInceptionDistance
from semst_tf.metrics.frechet_inception_distance import frechet_distance


def _features(seed, count=20):
    values = np.random.default_rng(seed).uniform(-1, 1, (count, 3))
    return values.astype("float32")


def _metric(**arguments):
    return FrechetInceptionDistance(network=mean_colour(), **arguments)


def test_distance_equals_the_closed_form_of_gaussians():
    first, second = np.diag([4.0, 9.0]), np.diag([1.0, 25.0])
    distance = frechet_distance(
        np.array([1.0, 2.0]), first, np.array([4.0, 6.0]), second
    )
    # Squared shift, and squared differences of the deviations.
    assert distance == pytest.approx(9 + 16 + 1 + 4)


def test_distance_of_correlated_gaussians_is_that_of_turned_axes():
    turn = np.linalg.qr(np.random.default_rng(0).normal(size=(2, 2)))[0]
    covariances = [np.diag([4.0, 9.0]), np.diag([1.0, 25.0])]
    turned = [turn @ covariance @ turn.T for covariance in covariances]
    zero = np.zeros(2)
    assert frechet_distance(zero, turned[0], zero, turned[1]) == (
        pytest.approx(1 + 4)
    )


def test_distance_of_covariances_that_do_not_commute():
    first = np.array([[2.0, 1.0], [1.0, 2.0]])
    second = np.array([[1.0, 0.0], [0.0, 3.0]])
    # The trace of a 2 x 2 root is the root of trace + 2 root(determinant).
    product = first @ second
    root = np.sqrt(np.trace(product) + 2 * np.sqrt(np.linalg.det(product)))
    expected = np.trace(first) + np.trace(second) - 2 * root
    zero = np.zeros(2)
    assert frechet_distance(zero, first, zero, second) == (
        pytest.approx(expected)
    )


@pytest.mark.parametrize("saved", [False, True])
@pytest.mark.parametrize("counts", [(9, 7), (7, 90), (90, 7), (90, 80)])
def test_few_images_many_and_saved_ones_give_the_same_formula(
    counts, saved, tmp_path
):
    random = np.random.default_rng(4)
    spread = np.geomspace(1e-3, 1.0, 32)
    sets = [random.normal(size=(count, 32)) * spread for count in counts]
    metric = _metric()
    metric.add_target_features(sets[0])
    if saved:
        metric.save_target(tmp_path / "target.npz")
        metric.load_target(tmp_path / "target.npz")
    for part in np.array_split(sets[1], 3):
        metric.add_features(part)
    centred = [rows - rows.mean(0) for rows in sets]
    roots = [rows / np.sqrt(len(rows) - 1) for rows in centred]
    # The trace of the root is the sum of the singular values of the product.
    product = np.linalg.svd(roots[0] @ roots[1].T, compute_uv=False)
    shift = sets[0].mean(0) - sets[1].mean(0)
    squares = [np.square(root).sum() for root in roots]
    expected = shift @ shift + sum(squares) - 2 * product.sum()
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # Few images are meant here.
        assert metric.result() == pytest.approx(expected, rel=1e-6)


def test_sets_without_any_variation_differ_by_their_shift():
    zero, one = np.zeros(4), np.ones(4)
    nothing = np.zeros((4, 4))
    assert frechet_distance(zero, nothing, one, nothing) == pytest.approx(4)


def test_metric_measures_the_features_of_the_images():
    target, translated = _features(0), _features(1, 30)
    metric = _metric()
    metric.update_target(images(target))
    metric.update_state(images(translated))
    expected = frechet_distance(
        target.mean(0),
        np.cov(target.T),
        translated.mean(0),
        np.cov(translated.T),
    )
    assert metric.result() == pytest.approx(expected, rel=1e-4)


def test_batches_do_not_matter():
    target, translated = images(_features(0)), images(_features(1))
    whole, streamed = _metric(), _metric(batch_size=3)
    whole.update_target(target)
    whole.update_state(translated)
    for start in range(0, 20, 7):
        streamed.update_target(target[start : start + 7])
        streamed.update_state(translated[start : start + 7])
    assert streamed.result() == pytest.approx(whole.result(), rel=1e-5)


def test_equal_sets_have_no_distance():
    metric = _metric()
    metric.update_target(images(_features(0)))
    metric.update_state(images(_features(0)))
    assert metric.result() == pytest.approx(0, abs=1e-6)


def test_bytes_are_seen_as_the_floats_they_stand_for():
    bytes_ = np.random.default_rng(3).integers(0, 256, (9, 2, 2, 3), "uint8")
    metric = _metric()
    metric.update_target(bytes_)
    metric.update_state(bytes_.astype("float32") / 127.5 - 1.0)
    assert metric.result() == pytest.approx(0, abs=1e-6)


def test_reset_forgets_translations_and_keeps_the_target():
    metric = _metric()
    metric.update_target(images(_features(0)))
    metric.update_state(images(_features(1)))
    first = metric.result()
    metric.reset_state()
    with pytest.raises(ValueError, match="Received: 0 translations"):
        metric.result()
    metric.update_state(images(_features(1)))
    assert metric.result() == pytest.approx(first)


def test_saved_target_can_be_used_again(tmp_path):
    metric = _metric()
    metric.update_target(images(_features(0)))
    metric.save_target(tmp_path / "target.npz")
    metric.update_state(images(_features(1)))
    again = _metric()
    again.load_target(tmp_path / "target.npz")
    again.update_state(images(_features(1)))
    assert again.result() == pytest.approx(metric.result())


def test_saved_target_of_another_kind_is_refused(tmp_path):
    metric = _metric()
    metric.update_target(images(_features(0)))
    metric.save_target(tmp_path / "target.npz")
    with pytest.raises(ValueError, match="resized in another way"):
        _metric(resize="tensorflow").load_target(tmp_path / "target.npz")
    kernel = KernelInceptionDistance(network=mean_colour())
    with pytest.raises(ValueError, match="'features' is missing"):
        kernel.load_target(tmp_path / "target.npz")


def test_fewer_images_than_features_are_warned_about():
    metric = _metric()
    metric.update_target(images(_features(0)))
    metric.update_state(images(_features(1, 2)))
    with pytest.warns(UserWarning, match="from 2 images is biased"):
        metric.result()


def test_images_without_a_batch_are_refused():
    with pytest.raises(ValueError, match=r"Received: shape=\(4, 4, 3\)"):
        _metric().update_state(np.zeros((4, 4, 3), "float32"))
