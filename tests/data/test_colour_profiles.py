"""ICC profiles: pixels are sRGB once they are read."""

import io
import itertools
import struct

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


# Red, green and blue in XYZ, adapted to the white of profiles, D50.
P3 = np.array(
    [
        [0.51512, 0.24120, -0.00105],
        [0.29198, 0.69225, 0.04189],
        [0.15710, 0.06657, 0.78407],
    ]
)
SRGB = np.array(
    [
        [0.43607, 0.22249, 0.01392],
        [0.38515, 0.71687, 0.09708],
        [0.14307, 0.06061, 0.71410],
    ]
)
D50 = np.array([0.9642, 1.0, 0.8249])


def linear(values):
    values = np.asarray(values) / 255
    high = ((values + 0.055) / 1.055) ** 2.4
    return np.where(values <= 0.04045, values / 12.92, high)


def encoded(values):
    values = np.clip(values, 0, 1)
    high = 1.055 * values ** (1 / 2.4) - 0.055
    return 255 * np.where(values <= 0.0031308, 12.92 * values, high)


def display_p3_profile():
    """sRGB's profile with the primaries of Display P3."""
    profile = bytearray(srgb_profile())
    for name, primary in zip((b"rXYZ", b"gXYZ", b"bXYZ"), P3):
        entry = profile.index(name)
        (at,) = struct.unpack_from(">I", profile, entry + 4)
        fixed = [round(65536 * value) for value in primary]
        struct.pack_into(">3i", profile, at + 8, *fixed)
    return bytes(profile)


def lab_bytes(colour):
    """sRGB in [0, 1] as the 8-bit Lab of profiles."""
    x, y, z = np.cbrt(linear(255 * np.array(colour)) @ SRGB / D50)
    lab = (116 * y - 16, 500 * (x - y), 200 * (y - z))
    return bytes(
        int(np.clip(round(v), 0, 255))
        for v in (lab[0] * 2.55, lab[1] + 128, lab[2] + 128)
    )


def press_profile():
    """CMYK of a press in which cyan and magenta were swapped."""
    corners = itertools.product((0, 1), repeat=4)
    colours = b"".join(
        lab_bytes([(1 - ink) * (1 - k) for ink in (m, c, y)])
        for c, m, y, k in corners
    )
    ramp = bytes(range(256))
    table = b"mft1\0\0\0\0" + bytes([4, 3, 2, 0])
    table += struct.pack(">9i", *(65536 * np.eye(3, dtype=int)).ravel())
    table += 4 * ramp + colours + 3 * ramp
    head = struct.pack(">I4xI", 144 + len(table), 0x2400000)
    head += b"prtr" + b"CMYK" + b"Lab " + b"\0" * 12 + b"acsp"
    head = head.ljust(68, b"\0")
    head += struct.pack(">3i", *(round(65536 * value) for value in D50))
    head = head.ljust(128, b"\0")
    return head + struct.pack(">I4sII", 1, b"A2B0", 144, len(table)) + table


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


@pytest.mark.parametrize(
    "colour", [(150, 120, 100), (40, 200, 90), (0, 255, 0)]
)
def test_display_p3_becomes_the_srgb_of_the_same_colour(tmp_path, colour):
    path = tmp_path / "phone.jpg"
    Image.new("RGB", (16, 16), colour).save(
        path, quality=100, icc_profile=display_p3_profile()
    )
    expected = encoded(linear(colour) @ P3 @ np.linalg.inv(SRGB))
    assert np.abs(expected - colour).max() > 5 or max(colour) == 255
    np.testing.assert_allclose(read_image(path)[5, 5], expected, atol=3)


@pytest.mark.parametrize("suffix", ["tif", "jpg"])
def test_inks_become_the_srgb_that_their_profile_says(tmp_path, suffix):
    path = tmp_path / f"press.{suffix}"
    cyan = Image.new("CMYK", (16, 16), (255, 0, 0, 0))
    cyan.save(path, icc_profile=press_profile())
    np.testing.assert_allclose(read_image(path)[5, 5], [255, 0, 255], atol=6)
    # Without a profile by Pillow's own formula.
    cyan.save(path)
    np.testing.assert_allclose(read_image(path)[5, 5], [0, 255, 255], atol=6)


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


def test_a_grey_profile_is_applied_to_sixteen_bits(tmp_path):
    pytest.importorskip("imagecodecs")
    pixels = np.full((8, 8), 128 * 257, "uint16")
    path = tmp_path / "a.png"
    Image.fromarray(pixels).save(path, icc_profile=linear_grey_profile())
    read = read_image(path)
    assert (read.dtype, read.shape) == (np.uint16, (8, 8, 1))
    assert abs(int(read[0, 0, 0]) - 188 * 257) <= 300
