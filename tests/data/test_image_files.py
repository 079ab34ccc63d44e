import io
import os
import struct
import zlib

import numpy as np
import pytest
from PIL import Image
from PIL import ImageOps

from semst_tf.data import UnreadableImageError
from semst_tf.data import read_image
from semst_tf.data import write_image
from semst_tf.data.image_files import decode_image
from semst_tf.data.image_files import may_be_truncated
from semst_tf.data.image_files import read_header


def random_image(shape, dtype):
    random = np.random.default_rng(1)
    if dtype == "float32":
        return random.random(shape, dtype="float32")
    return random.integers(0, np.iinfo(dtype).max + 1, shape, dtype=dtype)


@pytest.mark.parametrize("shape", [(1, 1), (7, 5), (33, 64)])
@pytest.mark.parametrize(
    ("suffix", "dtype", "channels"),
    [
        (".png", "uint8", 1),
        (".png", "uint8", 3),
        (".png", "uint16", 1),
        (".png", "uint16", 3),
        (".bmp", "uint8", 1),
        (".bmp", "uint8", 3),
        (".tif", "uint8", 1),
        (".tif", "uint8", 3),
        (".tif", "uint16", 1),
        (".TIFF", "float32", 1),
        (".npy", "uint8", 5),
        (".npy", "uint16", 3),
        (".npy", "float32", 4),
    ],
)
def test_round_trip_keeps_every_bit(tmp_path, shape, suffix, dtype, channels):
    path = tmp_path / f"image{suffix}"
    image = random_image((*shape, channels), dtype)
    write_image(path, image)
    restored = read_image(path)
    assert restored.dtype == image.dtype
    np.testing.assert_array_equal(restored, image)
    header = read_header(path)
    assert (header.height, header.width) == shape
    assert (header.channels, header.dtype) == (channels, dtype)
    assert os.listdir(tmp_path) == [path.name]


@pytest.mark.parametrize("suffix", [".jpg", ".JPEG", ".jfif", ".webp"])
def test_lossy_formats_stay_close(tmp_path, suffix):
    path = tmp_path / f"image{suffix}"
    ramp = np.linspace(20, 230, 48).astype("uint8")
    image = np.repeat(np.tile(ramp, (40, 1))[..., None], 3, axis=-1)
    write_image(path, image)
    assert np.abs(read_image(path).astype(int) - image).max() < 10


def test_grey_jpeg_stays_grey(tmp_path):
    write_image(tmp_path / "grey.jpg", np.full((8, 8), 77, "uint8"))
    assert read_image(tmp_path / "grey.jpg").shape == (8, 8, 1)


@pytest.mark.parametrize(
    ("name", "shape", "dtype"),
    [
        ("a.jpg", (4, 4, 3), "uint16"),
        ("a.jpg", (4, 4, 5), "uint8"),
        ("a.webp", (4, 4, 3), "float32"),
        ("a.png", (4, 4, 3), "float32"),
        ("a.tif", (4, 4, 3), "int64"),
        ("a.gif", (4, 4, 3), "uint8"),
        ("a", (4, 4, 3), "uint8"),
        ("a.png", (4,), "uint8"),
        ("a.png", (0, 4, 3), "uint8"),
    ],
)
def test_what_a_format_cannot_hold_is_refused_and_nothing_written(
    tmp_path, name, shape, dtype
):
    with pytest.raises(ValueError, match="Received: "):
        write_image(tmp_path / name, np.zeros(shape, dtype))
    assert os.listdir(tmp_path) == []


def test_failed_write_keeps_the_old_file_and_leaves_no_rest(
    tmp_path, monkeypatch
):
    path = tmp_path / "image.png"
    write_image(path, np.zeros((4, 4), "uint8"))

    def fail(*_):
        raise OSError("disk full")

    monkeypatch.setattr(os, "replace", fail)
    with pytest.raises(OSError, match="disk full"):
        write_image(path, np.ones((4, 4), "uint8"))
    assert read_image(path).max() == 0
    assert os.listdir(tmp_path) == ["image.png"]


@pytest.mark.parametrize(
    ("mode", "channels"),
    [("1", 1), ("LA", 1), ("P", 3), ("RGBA", 3), ("PA", 3)],
)
def test_palettes_become_colour_and_alpha_is_dropped(tmp_path, mode, channels):
    path = tmp_path / "image.png"
    if mode == "PA":  # A palette with transparent entries.
        paletted = Image.new("P", (6, 5), 1)
        paletted.putpalette([9, 8, 7, 200, 100, 50])
        paletted.save(path, transparency=b"\xff\x10")
    else:
        Image.new(mode, (6, 5), 1 if mode == "1" else None).save(path)
    image = read_image(path)
    assert image.shape == (5, 6, channels)
    assert read_header(path).channels == channels
    if mode == "PA":
        assert image[0, 0].tolist() == [200, 100, 50]


def test_alpha_is_not_blended(tmp_path):
    path = tmp_path / "image.png"
    Image.new("RGBA", (2, 2), (200, 100, 50, 0)).save(path)
    assert read_image(path)[0, 0].tolist() == [200, 100, 50]


def test_first_frame_of_an_animation_is_read(tmp_path):
    path = tmp_path / "image.gif"
    frames = [Image.new("RGB", (4, 4), c) for c in ("red", "blue")]
    frames[0].save(path, save_all=True, append_images=frames[1:])
    assert read_image(path)[0, 0].tolist() == [255, 0, 0]


@pytest.mark.parametrize("orientation", range(1, 9))
@pytest.mark.parametrize("suffix", [".jpg", ".png", ".tif", ".webp"])
def test_exif_orientation_is_applied_once(tmp_path, suffix, orientation):
    path = tmp_path / f"image{suffix}"
    blocks = random_image((2, 3, 3), "uint8").repeat(8, 0).repeat(8, 1)
    exif = Image.Exif()
    exif[0x0112] = orientation
    Image.fromarray(blocks).save(path, exif=exif)
    upright = ImageOps.exif_transpose(Image.open(path).convert("RGB"))
    if suffix == ".tif":  # Pillow itself turns these while decoding.
        upright = Image.open(path).convert("RGB")
    image = read_image(path)
    np.testing.assert_array_equal(image, np.asarray(upright))
    header = read_header(path)
    assert (header.height, header.width) == image.shape[:2]


def test_content_counts_and_not_the_suffix(tmp_path):
    buffer = io.BytesIO()
    Image.new("RGB", (6, 5), "red").save(buffer, "JPEG")
    path = tmp_path / "image.png"
    path.write_bytes(buffer.getvalue())
    assert read_image(path).shape == (5, 6, 3)


@pytest.mark.parametrize("channels", [1, 3])
def test_16_bit_png_with_alpha_keeps_16_bits(tmp_path, channels):
    tf = pytest.importorskip("tensorflow")
    path = tmp_path / "image.png"
    image = random_image((5, 6, channels + 1), "uint16")
    path.write_bytes(tf.io.encode_png(image).numpy())
    decoded = decode_image(path)
    np.testing.assert_array_equal(decoded.pixels, image[..., :channels])
    np.testing.assert_array_equal(decoded.alpha, image[..., channels])
    assert read_header(path).dtype == "uint16"
    assert read_header(path).channels == channels


def test_two_dimensional_and_double_precision_arrays_are_read(tmp_path):
    np.save(tmp_path / "a.npy", np.eye(3))
    image = read_image(tmp_path / "a.npy")
    assert image.shape == (3, 3, 1)
    assert image.dtype == np.float32


def test_every_kind_of_bad_file_is_named(make_bad):
    for kind in make_bad.kinds:
        path = make_bad(kind)
        with pytest.raises(UnreadableImageError) as error:
            read_image(path)
        assert str(path) in str(error.value), kind
        assert "\n" not in str(error.value), kind


@pytest.mark.parametrize(
    "suffix", [".png", ".jpg", ".webp", ".bmp", ".gif", ".npy"]
)
def test_missing_ends_are_suspected_and_whole_files_are_not(make_image, suffix):
    path = make_image(f"image{suffix}", size=(64, 64))
    assert not may_be_truncated(path)
    content = path.read_bytes()
    path.write_bytes(content[:-70])
    if suffix == ".npy":
        with pytest.raises(UnreadableImageError, match="truncated"):
            read_header(path)
    else:
        assert may_be_truncated(path)


def test_decompression_bomb_is_an_error(make_image, monkeypatch):
    path = make_image("image.png", size=(64, 64))
    monkeypatch.setattr(Image, "MAX_IMAGE_PIXELS", 1000)
    with pytest.raises(UnreadableImageError, match="decompression bomb"):
        read_image(path)


def test_missing_file_keeps_its_own_error(tmp_path):
    with pytest.raises(FileNotFoundError):
        read_image(tmp_path / "none.png")


@pytest.mark.filterwarnings("ignore:Tag data larger:UserWarning")
@pytest.mark.parametrize("suffix", [".png", ".jpg", ".tif", ".gif", ".npy"])
def test_flipped_bits_never_raise_anything_unexpected(make_image, suffix):
    path = make_image(f"image{suffix}", size=(32, 32))
    content = np.frombuffer(path.read_bytes(), "uint8")
    random = np.random.default_rng(5)
    for _ in range(60):
        damaged = content.copy()
        places = random.integers(0, len(damaged), 4)
        damaged[places] ^= random.integers(1, 256, 4).astype("uint8")
        try:
            image = read_image(io.BytesIO(damaged.tobytes()))
        except UnreadableImageError:
            continue
        assert image.ndim == 3


def png_of(path, pixels, bits, kind, before=(), after=()):
    """Writes a PNG with chunks of its own before and behind the pixels."""

    def chunk(name, data):
        body = name + data
        check = zlib.crc32(body).to_bytes(4, "big")
        return len(data).to_bytes(4, "big") + body + check

    height, width = pixels.shape[:2]
    rows = pixels.astype(">u2" if bits == 16 else "uint8")
    if bits < 8:
        shifts = np.arange(8 - bits, -1, -bits)
        packed = rows.reshape(height, -1, 8 // bits) << shifts
        rows = packed.sum(axis=-1).astype("uint8")
    data = b"".join(b"\0" + row.tobytes() for row in rows)
    head = struct.pack(">IIBBBBB", width, height, bits, kind, 0, 0, 0)
    path.write_bytes(
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", head)
        + b"".join(chunk(*part) for part in before)
        + chunk(b"IDAT", zlib.compress(data))
        + b"".join(chunk(*part) for part in after)
        + chunk(b"IEND", b"")
    )
    return path


@pytest.mark.parametrize("bits", [1, 2, 4, 8, 16])
@pytest.mark.parametrize("channels", [1, 3])
def test_a_colour_that_is_clear_becomes_alpha(tmp_path, bits, channels):
    if bits < 8 and channels == 3:
        pytest.skip("there is no such PNG")
    random = np.random.default_rng(0)
    pixels = random.integers(0, 2**bits, (6, 8, channels))
    pixels[2:4, 5] = clear = pixels[0, 0]
    key = struct.pack(f">{channels}H", *clear.tolist())
    kind = 2 if channels == 3 else 0
    path = png_of(tmp_path / "a.png", pixels, bits, kind, [(b"tRNS", key)])
    image = decode_image(path)
    full = np.iinfo(image.pixels.dtype).max
    np.testing.assert_array_equal(
        image.alpha, np.where((pixels == clear).all(-1), 0, full)
    )
    np.testing.assert_array_equal(
        image.pixels, pixels * (full // (2**bits - 1))
    )
    assert read_header(path).alpha


@pytest.mark.parametrize("bits, kind", [(8, 2), (16, 2), (16, 0)])
def test_an_orientation_behind_the_pixels_of_a_png_is_applied(
    tmp_path, bits, kind
):
    pixels = np.arange(90).reshape(5, 6, 3)[..., : 3 if kind else 1]
    exif = Image.Exif()
    exif[274] = 6
    part = (b"eXIf", exif.tobytes().removeprefix(b"Exif\0\0"))
    path = png_of(tmp_path / "a.png", pixels, bits, kind, after=[part])
    np.testing.assert_array_equal(read_image(path), np.rot90(pixels, -1))
    header = read_header(path)
    assert (header.height, header.width) == (6, 5)


def test_what_image_magick_says_of_an_orientation_is_applied(tmp_path):
    pixels = np.arange(90).reshape(5, 6, 3)
    exif = Image.Exif()
    exif[274] = 8
    text = f"\nexif\n{len(exif.tobytes())}\n{exif.tobytes().hex()}".encode()
    part = b"Raw profile type exif\0\0" + zlib.compress(text)
    path = png_of(tmp_path / "a.png", pixels, 8, 2, [(b"zTXt", part)])
    np.testing.assert_array_equal(read_image(path), np.rot90(pixels))


@pytest.mark.parametrize("name", ["a.npy", "deep.png", "a.png"])
def test_a_page_that_is_not_there_is_refused(tmp_path, name):
    deep = "deep" in name
    pixels = np.zeros((4, 5, 3), "uint16" if deep else "uint8")
    write_image(tmp_path / name, pixels)
    assert read_image(tmp_path / name, page=0).shape == (4, 5, 3)
    for read in (read_header, read_image):
        with pytest.raises(UnreadableImageError, match="no page 1"):
            read(tmp_path / name, page=1)


def test_an_animation_of_16_bits_has_its_first_frame_only(tmp_path):
    pixels = np.arange(90).reshape(5, 6, 3)
    size = struct.pack(">IIIII", 0, 6, 5, 0, 0) + struct.pack(
        ">HHBB", 1, 1, 0, 0
    )
    parts = [(b"acTL", struct.pack(">II", 2, 0)), (b"fcTL", size)]
    path = png_of(tmp_path / "a.png", pixels, 16, 2, parts)
    assert read_header(path).frames == 2
    np.testing.assert_array_equal(read_image(path), pixels)
    with pytest.raises(UnreadableImageError, match="first frame.*page=1"):
        read_image(path, page=1)


def test_a_damaged_png_of_16_bits_is_told_in_words(tmp_path):
    path = tmp_path / "a.png"
    write_image(path, random_image((50, 60, 3), "uint16"))
    path.write_bytes(path.read_bytes()[:2000])
    with pytest.raises(UnreadableImageError) as error:
        read_image(path)
    assert "truncated" in str(error.value) and "{" not in str(error.value)
