"""No image of a folder vanishes without a word."""

import numpy as np
from PIL import Image

from semst_tf.data import ImageCollection
from semst_tf.data import check_images
from semst_tf.data import read_image
from semst_tf.data.ignored_files import describe_ignored


def test_formats_that_are_not_read_are_named(tmp_path):
    for name, count in (("a", 3), ("b", 2)):
        (tmp_path / name).mkdir()
        for number in range(count):
            image = Image.new("RGB", (9, 8), (number, count, 7))
            image.save(tmp_path / name / f"{number}.png")
    for name in ("x.PPM", "y.jp2", "notes.txt", ".hidden.tga"):
        (tmp_path / "a" / name).write_bytes(b"P6")
    images = ImageCollection(tmp_path / "a")
    assert len(images) == 3
    assert [name[-5:] for name in images.ignored] == ["x.PPM", "y.jp2"]
    (warning,) = [
        text
        for text in check_images(images, tmp_path / "b").warnings
        if "left out" in text
    ]
    assert "2 files such as" in warning and "PNG or TIFF" in warning


def test_each_kind_has_its_remedy():
    assert describe_ignored([]) == ""
    text = describe_ignored(["a.heic", "b.dng", "c.DNG"])
    assert text.startswith("1 files such as a.heic are left out; pip install")
    assert "2 files such as b.dng are left out; convert them" in text


def test_other_endings_of_jpeg_are_images(tmp_path):
    image = Image.new("RGB", (9, 8), (200, 40, 10))
    for name in ("a.jfif", "b.JPE"):
        image.save(tmp_path / name, "JPEG", quality=95)
    images = ImageCollection(tmp_path)
    assert len(images) == 2
    np.testing.assert_array_equal(images.load(0), read_image(images.paths[1]))
