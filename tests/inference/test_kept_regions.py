"""What is kept in translations is what it was, to the last bit."""

import numpy as np
import pytest

from semst_tf.inference.kept_regions import all_with_kept
from semst_tf.inference.kept_regions import with_kept


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "int16"])
def test_values_are_the_input_the_translation_or_between(dtype):
    random = np.random.default_rng(0)
    image, translation = random.uniform(0, 100, (2, 6, 5, 3)).astype(dtype)
    mask = np.zeros((6, 5, 1), "uint8")
    mask[:2], mask[2] = 255, 128
    mixed = with_kept(translation, image, mask)
    assert mixed.dtype == translation.dtype
    np.testing.assert_array_equal(mixed[:2], image[:2])
    np.testing.assert_array_equal(mixed[3:], translation[3:])
    middle = (image[2].astype("f8") + translation[2]) / 2
    np.testing.assert_allclose(mixed[2], middle, atol=1)


def test_another_size_type_or_channel_count_is_refused():
    image = np.zeros((4, 4, 3), "uint8")
    mask = np.zeros((4, 4, 1), "uint8")
    for translation in (image[:3], image[..., :1], image.astype("float32")):
        with pytest.raises(ValueError, match="channels and the type"):
            with_kept(translation, image, mask)
    assert all_with_kept([image], None, None)[0] is image
