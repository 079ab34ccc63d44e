"""Images of any origin beside the source images of their names."""

import numpy as np
import pytest
from folders import write_images
from PIL import Image

from semst_tf.distillation.student_config import student_config
from semst_tf.distillation.teacher_pairs import given_pairs


@pytest.fixture
def folders(tmp_path):
    """Source images, and inverted ones in another format and order."""
    source = write_images(tmp_path / "source")
    taught = tmp_path / "taught" / "night"
    taught.mkdir(parents=True)
    for path in sorted(source.glob("*.png"), reverse=True):
        inverted = 255 - np.asarray(Image.open(path))
        Image.fromarray(inverted).save(taught / f"{path.stem}.bmp")
    return source, taught.parent


def test_each_source_image_has_the_image_of_its_name(folders):
    source, taught = folders
    config = student_config(overrides={"data.resize": None})
    pairs = given_pairs(taught, source, config)
    pairs.check()
    assert len(pairs) == 3
    for index in range(3):
        inverted = 255 - pairs.source.load(index)
        np.testing.assert_array_equal(pairs.target.load(index), inverted)


def test_both_are_resized_as_the_source_is(folders):
    source, taught = folders
    config = student_config(
        overrides={"data.resize": "short:17", "data.target_resize": "64"}
    )
    pairs = given_pairs(taught, source, config)
    pairs.check()
    assert pairs.target.load(0).shape == (17, 20, 3)


def test_a_source_image_without_one_is_named(folders):
    source, taught = folders
    (taught / "night" / "1.bmp").unlink()
    with pytest.raises(ValueError, match="no teacher image for 1 of 3.*1.png"):
        given_pairs(taught, source, student_config())
