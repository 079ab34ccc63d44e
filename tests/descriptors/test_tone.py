import numpy as np
import pytest
from keras import ops
from pictures import scene

from semst_tf.descriptors import ToneField

pytestmark = pytest.mark.backend_neutral


def test_squares_are_averaged_and_the_rest_is_left_out():
    images = np.arange(15, dtype="float32").reshape(1, 3, 5, 1)
    tone = ops.convert_to_numpy(ToneField(stride=2)(images))
    np.testing.assert_allclose(tone[0, :, :, 0], [[3.0, 5.0]])


def test_without_colour_only_the_brightness_is_left():
    picture = scene(size=16)
    grey = ops.convert_to_numpy(ToneField(stride=1, colour=False)(picture))
    expected = picture @ np.array([[0.299], [0.587], [0.114]])
    np.testing.assert_allclose(grey, expected, atol=1e-6)
