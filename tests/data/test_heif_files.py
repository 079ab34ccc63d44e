"""HEIC and AVIF: read where it is possible, named where it is not."""

import numpy as np
import pytest
from PIL import Image
from PIL import features

from semst_tf.data import ImageCollection
from semst_tf.data import UnreadableImageError
from semst_tf.data import check_images
from semst_tf.data import heif_files
from semst_tf.data import read_image
from semst_tf.data.image_files import decode_image

COLOUR = (200, 40, 10)


@pytest.fixture
def without_pillow_heif(monkeypatch):
    monkeypatch.setattr(heif_files, "_pillow_heif", lambda: None)


def test_heic_is_read(tmp_path):
    pillow_heif = pytest.importorskip("pillow_heif")
    pillow_heif.register_heif_opener()
    path = tmp_path / "a.heic"
    Image.new("RGBA", (40, 30), (*COLOUR, 255)).save(path, quality=95)
    image = decode_image(path)
    assert image.pixels.shape == (30, 40, 3)
    np.testing.assert_allclose(image.pixels[9, 9], COLOUR, atol=8)
    assert image.alpha is None or image.alpha.min() == 255
    assert len(ImageCollection(tmp_path)) == 1


@pytest.mark.skipif(not features.check("avif"), reason="Pillow without AVIF")
def test_avif_is_read(tmp_path):
    path = tmp_path / "a.avif"
    Image.new("RGB", (40, 30), COLOUR).save(path, quality=95)
    np.testing.assert_allclose(read_image(path)[9, 9], COLOUR, atol=8)
    assert len(ImageCollection(tmp_path)) == 1


def test_left_out_files_are_named_with_the_extra(
    make_folder, without_pillow_heif
):
    folder = make_folder("s", 2)
    (folder / "IMG_1.HEIC").write_bytes(b"\0\0\0\x18ftypheic" + b"\0" * 32)
    report = check_images(folder, make_folder("t", 2))
    assert not report.problems
    (warning,) = report.warnings
    assert "IMG_1.HEIC" in warning and "semst-tf[heif]" in warning
    with pytest.raises(UnreadableImageError, match="HEIC.*semst-tf.heif"):
        read_image(folder / "IMG_1.HEIC")
