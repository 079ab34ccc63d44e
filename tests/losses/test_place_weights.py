import numpy as np
import pytest
from keras import ops

from semst_tf.losses.hinge_gan import hinge_discriminator_loss
from semst_tf.losses.hinge_gan import hinge_generator_loss
from semst_tf.losses.least_squares_gan import least_squares_discriminator_loss
from semst_tf.losses.least_squares_gan import least_squares_generator_loss
from semst_tf.losses.place_weights import image_mean

pytestmark = pytest.mark.backend_neutral


def maps(height, width, count=2, seed=0):
    random = np.random.default_rng(seed)
    return random.uniform(-2, 2, (count, height, width, 1)).astype("float32")


def numpy(values):
    return ops.convert_to_numpy(values)


@pytest.mark.parametrize(
    "loss", [hinge_generator_loss, least_squares_generator_loss]
)
def test_even_weights_change_nothing(loss):
    scores = maps(6, 5)
    for size in ((6, 5), (3, 3), (1, 1), (12, 11)):
        weights = np.full((2, *size, 1), 7.0, "float32")
        np.testing.assert_allclose(
            numpy(loss(scores, weights)), numpy(loss(scores)), rtol=1e-5
        )


@pytest.mark.parametrize(
    "loss", [hinge_discriminator_loss, least_squares_discriminator_loss]
)
def test_each_side_is_weighed_by_its_own_weights(loss):
    real, fake = maps(4, 4), maps(4, 4, seed=1)
    corner = np.zeros((2, 4, 4, 1), "float32")
    corner[:, :1, :2] = 1
    both = loss(real, fake, corner, corner)
    expected = loss(real[:, :1, :2], fake[:, :1, :2])
    np.testing.assert_allclose(numpy(both), numpy(expected), rtol=1e-5)
    one = loss(real, fake, real_weights=corner)
    expected = loss(real[:, :1, :2], fake)
    np.testing.assert_allclose(numpy(one), numpy(expected), rtol=1e-5)


def test_weights_of_another_size_move_importance_there():
    values = np.zeros((1, 8, 8, 1), "float32")
    values[:, :4] = 1
    weights = np.array([3.0, 1.0], "float32").reshape(1, 2, 1, 1)
    mean = float(image_mean(values, weights)[0])
    # Bilinear: rows 0-1 weigh 3, 2-5 fall, 6-7 weigh 1.
    assert mean == pytest.approx((3 + 3 + 2.75 + 2.25) / 16, rel=1e-5)


def test_images_do_not_share_weights():
    scores, weights = maps(4, 4), np.abs(maps(4, 4, seed=2))
    together = numpy(hinge_generator_loss(scores, weights))
    alone = [
        numpy(hinge_generator_loss(scores[i : i + 1], weights[i : i + 1]))[0]
        for i in range(2)
    ]
    np.testing.assert_allclose(together, alone, rtol=1e-5)


def test_weights_of_nothing_are_no_division_by_zero():
    loss = numpy(hinge_generator_loss(maps(4, 4), np.zeros((2, 4, 4, 1))))
    np.testing.assert_array_equal(loss, 0)


def test_weights_that_are_no_maps_are_refused():
    with pytest.raises(ValueError, match=r"Received: shape=\(2, 4, 4, 3\)"):
        image_mean(maps(4, 4), np.ones((2, 4, 4, 3)))
