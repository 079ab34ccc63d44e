from pathlib import Path

import numpy as np
import pytest
from keras import ops

from semst_tf.losses import LeastSquaresGAN
from semst_tf.losses.least_squares_gan import least_squares_discriminator_loss
from semst_tf.losses.least_squares_gan import least_squares_generator_loss

pytestmark = pytest.mark.backend_neutral


@pytest.fixture(scope="module")
def reference():
    path = Path(__file__).parents[1] / "reference" / "losses.npz"
    return dict(np.load(path))


@pytest.mark.parametrize("label, name", [(1, "lsgan_real"), (0, "lsgan_fake")])
def test_values_are_those_of_the_public_cut(reference, label, name):
    loss = LeastSquaresGAN()(float(label), reference["lsgan_scores"])
    assert float(loss) == pytest.approx(float(reference[name]), abs=1e-4)


def test_generator_wants_its_images_scored_as_real(reference):
    loss = least_squares_generator_loss(reference["lsgan_scores"])
    assert loss.shape == (2,)
    mean = float(ops.mean(loss))
    assert mean == pytest.approx(float(reference["lsgan_real"]), abs=1e-4)


def test_discriminator_loss_is_half_the_sum_of_both_sides():
    real = np.array([1.0, 3.0], "float32").reshape(2, 1, 1, 1)
    fake = np.array([0.0, 2.0], "float32").reshape(2, 1, 1, 1)
    loss = least_squares_discriminator_loss(real, fake)
    np.testing.assert_allclose(ops.convert_to_numpy(loss), [0.0, 4.0])


def test_images_of_a_batch_have_their_own_labels_and_losses():
    scores = np.stack([np.zeros((4, 5, 1)), np.ones((4, 5, 1))])
    labels = np.array([1.0, 1.0], "float32").reshape(2, 1, 1, 1)
    loss = LeastSquaresGAN(reduction=None)(labels, scores.astype("float32"))
    np.testing.assert_allclose(ops.convert_to_numpy(loss), [1.0, 0.0])


def test_large_half_precision_scores_do_not_overflow():
    scores = np.full((1, 2, 2, 1), 1000.0, "float16")
    loss = least_squares_generator_loss(scores)
    assert float(loss[0]) == pytest.approx(999.0**2)
