import numpy as np
import pytest
from labelled_streets import write_streets
from PIL import Image

from semst_tf.adaptation import TargetImages


def test_images_have_the_size_that_is_asked_for_and_names_without_endings(
    tmp_path,
):
    folder = write_streets(tmp_path / "streets", count=2) / "images"
    images = TargetImages(folder, "32x48")
    assert len(images) == 2
    assert images.names == ["0", "1"]
    assert images.image(1).shape == (32, 48, 3)
    assert TargetImages(folder).image(0).shape == (16, 32, 3)


def test_images_of_16_bits_are_refused(tmp_path):
    values = np.full((8, 8), 40000, "uint16")
    Image.fromarray(values).save(tmp_path / "deep.png")
    with pytest.raises(ValueError, match="8 bits.*deep.png"):
        TargetImages(tmp_path).image(0)
