import numpy as np

from semst_tf.metrics.feature_moments import FeatureMoments


def test_batches_of_any_size_give_the_moments_of_all_rows():
    rows = np.random.default_rng(0).normal(size=(40, 5)) * [1, 2, 3, 4, 5]
    moments = FeatureMoments()
    for batch in np.split(rows, [1, 2, 17]):
        moments.update(batch)
    np.testing.assert_allclose(moments.mean, rows.mean(axis=0))
    np.testing.assert_allclose(moments.covariance, np.cov(rows.T))


def test_large_means_do_not_swallow_the_covariance():
    rows = np.random.default_rng(1).normal(size=(60, 3))
    near, far = FeatureMoments(), FeatureMoments()
    for batch in np.split(rows, 6):
        near.update(batch)
        far.update(batch + 1e6)
    np.testing.assert_allclose(far.covariance, near.covariance, rtol=1e-6)


def test_saved_statistics_can_be_continued():
    rows = np.random.default_rng(2).normal(size=(30, 4))
    first = FeatureMoments()
    first.update(rows[:12])
    restored = FeatureMoments.from_statistics(
        first.count, first.mean, first.covariance
    )
    restored.update(rows[12:])
    np.testing.assert_allclose(restored.covariance, np.cov(rows.T))


def test_few_rows_are_a_root_of_the_covariance_however_they_come():
    rows = np.random.default_rng(3).normal(3.0, size=(6, 8))
    covariance = np.cov(rows.T)
    moments = FeatureMoments()
    assert moments.root is None
    for batch in np.split(rows, [1, 4]):
        moments.update(batch)
        batch[:] = 0.0  # What the caller does with its array is its own.
    np.testing.assert_allclose(moments.root.T @ moments.root, covariance)


def test_many_rows_are_not_kept():
    moments = FeatureMoments()
    moments.update(np.ones((8, 8)))
    assert moments.root is not None
    moments.update(np.ones((1, 8)))
    assert moments.root is None
    moments.update(np.ones((1, 8)))
    assert moments.root is None


def test_rows_behind_saved_statistics_are_not_missed():
    moments = FeatureMoments.from_statistics(4, np.zeros(8), np.eye(8))
    moments.update(np.ones((2, 8)))
    assert moments.root is None
