"""How many pixels a file may claim: a setting, named in the message."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from semst_tf.data import UnreadableImageError
from semst_tf.data import pixel_limit
from semst_tf.data import read_image
from semst_tf.data.image_files import read_header


@pytest.fixture(autouse=True)
def small_limit(monkeypatch):
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    yield
    pixel_limit.set_max_pixels(None)


@pytest.fixture(params=["png", "jpg", "tif", "gif", "webp"])
def image(request, tmp_path):
    path = tmp_path / f"a.{request.param}"
    Image.new("RGB", (64, 64)).save(path)
    return path


def test_the_message_names_the_number_and_the_flag(image):
    for read in (read_header, read_image):
        with pytest.raises(UnreadableImageError) as error:
            read(image)
        assert "4096" in str(error.value)
        assert "--max_pixels" in str(error.value)
        assert "SEMST_TF_MAX_PIXELS" in str(error.value)


def test_a_setting_raises_the_limit(image):
    pixel_limit.set_max_pixels(4096)
    assert read_image(image).shape == (64, 64, 3)
    assert read_header(image).height == 64


def test_the_environment_raises_the_limit(image, monkeypatch):
    monkeypatch.setenv("SEMST_TF_MAX_PIXELS", "5000")
    assert read_image(image).shape == (64, 64, 3)


def test_a_setting_lowers_the_limit(image):
    pixel_limit.set_max_pixels(4095)
    with pytest.raises(UnreadableImageError, match="4095"):
        read_image(image)


@pytest.mark.parametrize("pixels", [0, -1, "many", True, 1.5j])
def test_senseless_limits_are_refused(pixels):
    with pytest.raises(ValueError, match="max_pixels.*Received"):
        pixel_limit.set_max_pixels(pixels)


def test_a_senseless_environment_is_named(image, monkeypatch):
    monkeypatch.setenv("SEMST_TF_MAX_PIXELS", "lots")
    with pytest.raises(UnreadableImageError, match="SEMST_TF_MAX_PIXELS"):
        read_header(image)


def test_a_tiff_that_claims_more_than_it_holds_takes_no_memory(tmp_path):
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, np.zeros((16, 16), "uint8"), compression="zlib")
    with tifffile.TiffFile(path, mode="r+b") as tiff:
        for code in (256, 257):
            tiff.pages[0].tags[code].overwrite(60000)
    pixel_limit.set_max_pixels(10**10)
    for read in (read_header, read_image):
        with pytest.raises(UnreadableImageError, match="truncated or damaged"):
            read(path)
