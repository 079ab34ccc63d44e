"""ICC profiles: pixels are sRGB once they are read."""

import io

import numpy as np
import pytest
import tifffile
from PIL import Image
from PIL import ImageCms

from semst_tf.data import read_image
from semst_tf.data import write_image

COLOUR = (200, 40, 10)


def swapped_profile():
    """sRGB with red and blue swapped, which still calls itself sRGB."""
    profile = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB"))
    profile = profile.tobytes().replace(b"rXYZ", b"____", 1)
    return profile.replace(b"bXYZ", b"rXYZ", 1).replace(b"____", b"bXYZ", 1)


def srgb_profile():
    return ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()


@pytest.mark.parametrize("suffix", ["png", "jpg", "tif", "webp"])
@pytest.mark.parametrize("mode", ["RGB", "RGBA", "P"])
def test_a_profile_is_applied_in_every_format(tmp_path, suffix, mode):
    if (suffix, mode) in (("jpg", "RGBA"), ("jpg", "P"), ("webp", "P")):
        pytest.skip("the format has no such images")
    path = tmp_path / f"a.{suffix}"
    image = Image.new("RGB", (16, 16), COLOUR).convert(mode)
    stored = image.convert("RGB").getpixel((5, 5))
    image.save(path, icc_profile=swapped_profile())
    read = read_image(path)
    np.testing.assert_allclose(read[5, 5], stored[::-1], atol=4)
    write_image(path, read)
    assert "icc_profile" not in Image.open(path).info


def test_a_profile_is_applied_to_sixteen_bits(tmp_path):
    pytest.importorskip("imagecodecs")
    pixels = np.empty((8, 8, 3), "uint16")
    pixels[:] = np.array(COLOUR) * 257
    path = tmp_path / "a.tif"
    tifffile.imwrite(
        path, pixels, photometric="rgb", iccprofile=swapped_profile()
    )
    read = read_image(path)
    assert read.dtype == np.uint16
    np.testing.assert_allclose(read[2, 2], pixels[2, 2, ::-1], atol=200)


def test_a_grey_profile_is_applied(tmp_path):
    # A tone curve of gamma 1: the stored half is bright in sRGB.
    path = tmp_path / "a.png"
    Image.new("L", (8, 8), 128).save(path, icc_profile=linear_grey_profile())
    assert read_image(path).shape == (8, 8, 1)
    assert abs(int(read_image(path)[0, 0, 0]) - 188) <= 2


def test_srgb_pixels_stay_bit_for_bit(tmp_path):
    random = np.random.default_rng(0).integers(0, 256, (16, 16, 3), "uint8")
    path = tmp_path / "a.png"
    Image.fromarray(random).save(path, icc_profile=srgb_profile())
    np.testing.assert_array_equal(read_image(path), random)


@pytest.mark.parametrize("cut", [0, 1, 40, 200])
def test_damaged_profiles_are_ignored(tmp_path, cut):
    path = tmp_path / "a.png"
    profile = swapped_profile()[:cut] + b"nonsense"
    Image.new("RGB", (8, 8), COLOUR).save(path, icc_profile=profile)
    assert tuple(read_image(path)[0, 0]) == COLOUR


def test_a_profile_for_another_kind_of_image_is_ignored(tmp_path):
    path = tmp_path / "a.png"
    Image.new("L", (8, 8), 99).save(path, icc_profile=swapped_profile())
    assert read_image(path)[0, 0].tolist() == [99]


def linear_grey_profile():
    """The smallest grey ICC profile, version 2, with gamma 1."""
    import struct

    def padded(content):
        return content + b"\0" * (-len(content) % 4)

    white = b"XYZ \0\0\0\0" + struct.pack(">iii", 63190, 65536, 54061)
    curve = b"curv\0\0\0\0" + struct.pack(">I", 0)
    text = b"desc\0\0\0\0" + struct.pack(">I", 5) + b"grey\0" + b"\0" * 78
    rights = b"text\0\0\0\0none\0"
    tags = {b"desc": text, b"cprt": rights, b"wtpt": white, b"kTRC": curve}
    place, table, data = 132 + 12 * len(tags), b"", b""
    for name, content in tags.items():
        table += struct.pack(">4sII", name, place + len(data), len(content))
        data += padded(content)
    body = struct.pack(">I", len(tags)) + table + data
    header = io.BytesIO()
    header.write(struct.pack(">I4sI", 128 + len(body), b"none", 0x02100000))
    header.write(b"mntrGRAYXYZ " + struct.pack(">6H", 2020, 1, 1, 0, 0, 0))
    header.write(b"acsp" + b"\0" * 28)
    header.write(struct.pack(">iii", 63190, 65536, 54061))
    return header.getvalue().ljust(128, b"\0") + body
