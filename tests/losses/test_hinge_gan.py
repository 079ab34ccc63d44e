import numpy as np
import pytest
from keras import ops

from semst_tf.losses import HingeGAN
from semst_tf.losses.hinge_gan import hinge_discriminator_loss
from semst_tf.losses.hinge_gan import hinge_generator_loss

pytestmark = pytest.mark.backend_neutral


def scores(*images):
    return np.array(images, "float32").reshape(len(images), -1, 1, 1)


def test_discriminator_pays_for_what_is_within_the_margin_only():
    real, fake = scores([2.0, 0.5], [-1.0, 1.0]), scores([-3.0, -1.0], [0, 2])
    loss = ops.convert_to_numpy(hinge_discriminator_loss(real, fake))
    np.testing.assert_allclose(loss, [0.25 + 0.0, 1.0 + 2.0])


def test_generator_raises_every_score():
    loss = ops.convert_to_numpy(hinge_generator_loss(scores([2, 4], [-1, -1])))
    np.testing.assert_allclose(loss, [-3, 1])


def test_loss_object_is_the_discriminator_s_loss_of_labels():
    values = scores([2.0, 0.5], [0.0, 2.0])
    labels = scores([1.0, 1.0], [0.0, 0.0])
    loss = HingeGAN(reduction=None)(labels, values)
    np.testing.assert_allclose(ops.convert_to_numpy(loss), [0.25, 2.0])


def test_large_half_precision_scores_do_not_overflow():
    values = np.full((1, 300, 300, 1), 1000.0, "float16")
    assert float(hinge_generator_loss(values)[0]) == pytest.approx(-1000.0)
