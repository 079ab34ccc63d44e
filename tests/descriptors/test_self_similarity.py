import numpy as np
import pytest
from keras import ops

from semst_tf.descriptors import SelfSimilarityField

pytestmark = pytest.mark.backend_neutral


def compute(features, **arguments):
    return ops.convert_to_numpy(SelfSimilarityField(**arguments)(features))


def random_features(shape=(1, 24, 22, 6)):
    return np.random.default_rng(0).standard_normal(shape).astype("float32")


def test_values_are_cosines_of_centred_features_to_their_surroundings():
    features = random_features()
    field = compute(features)
    assert field.shape == (1, 24, 22, 48)
    centred = features[0] - features[0].mean(axis=(0, 1))
    centred /= np.linalg.norm(centred, axis=-1, keepdims=True)
    place = centred[11, 10]
    expected = [
        place @ centred[11 + down, 10 + right]
        for down in range(-9, 10, 3)
        for right in range(-9, 10, 3)
        if (down, right) != (0, 0)
    ]
    np.testing.assert_allclose(field[0, 11, 10], expected, atol=1e-5)


def test_offset_and_scale_of_the_features_do_not_matter():
    features = random_features()
    changed = 5.0 * features + np.arange(6, dtype="float32")
    np.testing.assert_allclose(compute(changed), compute(features), atol=1e-4)


@pytest.mark.parametrize("size", [(1, 1), (2, 3), (9, 9), (10, 4)])
def test_maps_smaller_than_the_window_work(size):
    field = compute(random_features((1, *size, 4)))
    assert field.shape == (1, *size, 48)
    assert np.abs(field).max() <= 1.0 + 1e-5


def test_half_that_differs_shows_in_the_field():
    features = np.zeros((1, 16, 16, 2), "float32")
    features[:, :, :8, 0] = 1.0
    features[:, :, 8:, 1] = 1.0
    field = compute(features, window=3, dilation=3)
    left, right = 3, 4  # offsets (0, -3) and (0, 3)
    np.testing.assert_allclose(
        field[0, 8, 7, [left, right]], [1, -1], atol=1e-5
    )
