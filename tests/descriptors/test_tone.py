import numpy as np
import pytest
from keras import ops

from semst_tf.descriptors import ToneField

pytestmark = pytest.mark.backend_neutral


def test_squares_are_averaged_and_the_rest_is_left_out():
    images = np.arange(15, dtype="float32").reshape(1, 3, 5, 1)
    tone = ops.convert_to_numpy(ToneField(stride=2)(images))
    np.testing.assert_allclose(tone[0, :, :, 0], [[3.0, 5.0]])
