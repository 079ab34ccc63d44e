"""Image files that somebody damaged, by accident or on purpose."""

import io
import struct
import zlib

import numpy as np
from PIL import Image

FORMATS = (
    "png",
    "deep_png",
    "deep_colour_png",
    "jpg",
    "webp",
    "bmp",
    "gif",
    "tif",
    "packed_tif",
    "npy",
    "float_npy",
)
SHAPE = (24, 31)


def sound(kind):
    """The bytes of a sound image of a format."""
    random = np.random.default_rng(len(kind))
    image = random.integers(0, 256, (*SHAPE, 3), dtype="uint8")
    file = io.BytesIO()
    if kind == "npy":
        np.save(file, image)
    elif kind == "float_npy":
        np.save(file, image.astype("float32") / 255)
    elif kind == "deep_png":
        Image.fromarray(image[..., 0].astype("uint16") * 257).save(file, "PNG")
    elif kind == "deep_colour_png":
        return deep_png(*SHAPE, image.astype(">u2") * 257)
    elif kind == "packed_tif":
        Image.fromarray(image).save(file, "TIFF", compression="tiff_lzw")
    else:
        name = {"jpg": "JPEG", "tif": "TIFF"}.get(kind, kind.upper())
        Image.fromarray(image).save(file, name)
    return file.getvalue()


def suffix(kind):
    return "." + kind.rpartition("_")[2]


def truncated(kind, share):
    content = sound(kind)
    return content[: int(share * len(content))]


def flipped(kind, seed, flips=8):
    """Some bits turned over, half of them near the beginning."""
    random = np.random.default_rng(seed)
    content = bytearray(sound(kind))
    for number in range(flips):
        end = min(64, len(content)) if number % 2 else len(content)
        content[random.integers(end)] ^= 1 << random.integers(8)
    return bytes(content)


def deep_png(height, width, rows):
    """A colour PNG of 16 bits a channel, which Pillow cannot write."""
    lines = np.asarray(rows, ">u2").reshape(height, -1)
    data = b"".join(b"\0" + line.tobytes() for line in lines)
    return png_file(height, width, zlib.compress(data), bits=16)


def png_file(height, width, data, bits=8, colour=2):
    header = struct.pack(">IIBBBBB", width, height, bits, colour, 0, 0, 0)
    parts = ((b"IHDR", header), (b"IDAT", data), (b"IEND", b""))
    return b"\x89PNG\r\n\x1a\n" + b"".join(
        struct.pack(">I", len(content))
        + name
        + content
        + struct.pack(">I", zlib.crc32(name + content))
        for name, content in parts
    )


def npy_file(shape, dtype="|u1", content=b"", order=False):
    text = f"{{'descr': {dtype!r}, 'fortran_order': {order}, 'shape': {shape}}}"
    return (
        b"\x93NUMPY\x01\x00" + struct.pack("<H", 118) + text.ljust(117).encode()
    ) + (b"\n" + content)


def _array(values):
    file = io.BytesIO()
    np.save(file, values, allow_pickle=True)
    return file.getvalue()


def _with_value(value, dtype="float32"):
    image = np.zeros((9, 9, 3), dtype)
    image[4, 4, 1] = value
    return _array(image)


def _bmp(width, height):
    """A BMP header that claims a size, and almost no pixels."""
    header = b"BM" + struct.pack("<IHHI", 58, 0, 0, 54)
    header += struct.pack("<IiiHHIIiiII", 40, width, height, 1, 24, *([0] * 6))
    return header + b"\0\0\0\0"


def _gif(width, height):
    return b"GIF89a" + struct.pack("<HH", width, height) + b"\0\0\0;"


# What each of these claims to be, and why it cannot be one.
REFUSED = {
    "empty.png": b"",
    "one_byte.jpg": b"\xff",
    "text.png": b"this is no image\n",
    "html.jpg": b"<!doctype html><title>404 Not Found</title>",
    "zip.png": b"PK\x03\x04" + b"\0" * 60,
    "pdf.tif": b"%PDF-1.7\n",
    "signature.png": b"\x89PNG\r\n\x1a\n",
    "marker.jpg": b"\xff\xd8\xff\xd9",
    "riff.webp": b"RIFF\x04\0\0\0WEBP",
    "zeros.bmp": b"\0" * 4096,
    "bomb.png": png_file(60_000, 60_000, zlib.compress(b"\0" * 9)),
    "deep_bomb.png": png_file(
        60_000, 60_000, zlib.compress(b"\0" * 9), bits=16
    ),
    "longest.png": png_file(2**31 - 1, 2**31 - 1, b""),
    "no_height.png": png_file(0, 9, zlib.compress(b"")),
    "odd_bits.png": png_file(9, 9, zlib.compress(b"\0" * 270), bits=7),
    "odd_colour.png": png_file(9, 9, zlib.compress(b"\0" * 270), colour=5),
    "short_pixels.png": png_file(99, 99, zlib.compress(b"\0" * 9)),
    "no_deflate.png": png_file(9, 9, b"not compressed at all"),
    "bomb.bmp": _bmp(60_000, 60_000),
    "negative.bmp": _bmp(-9, 9),
    "short.bmp": _bmp(90, 90),
    "bomb.gif": _gif(65_535, 65_535),
    "no_frame.gif": _gif(9, 9),
    "nan.npy": _with_value(np.nan),
    "infinity.npy": _with_value(np.inf),
    "minus_infinity.npy": _with_value(-np.inf, "float64"),
    "half_nan.npy": _with_value(np.nan, "float16"),
    "beyond_float32.npy": _with_value(1e300, "float64"),
    "all_nan.npy": _array(np.full((4, 4), np.nan)),
    "objects.npy": _array(np.array([{}, []], object)),
    "object_claim.npy": npy_file((2, 2), "|O", b"\0" * 32),
    "text_array.npy": _array(np.array([["a", "b"]])),
    "complex.npy": _array(np.zeros((4, 4), "complex64")),
    "int64.npy": _array(np.zeros((4, 4), "int64")),
    "boolean.npy": _array(np.zeros((4, 4), "bool")),
    "date.npy": _array(np.zeros((4, 4), "datetime64[s]")),
    "record.npy": _array(np.zeros((4, 4), [("a", "u1"), ("b", "u1")])),
    "number.npy": _array(np.uint8(3)),
    "vector.npy": _array(np.zeros(7, "uint8")),
    "four_axes.npy": _array(np.zeros((2, 2, 2, 2), "uint8")),
    "no_rows.npy": _array(np.zeros((0, 4, 3), "uint8")),
    "no_channels.npy": _array(np.zeros((4, 4, 0), "uint8")),
    "terabytes.npy": npy_file((10**6, 10**6, 3), content=b"\0" * 9),
    "overflow.npy": npy_file((2**40, 2**40, 2**40), content=b"\0" * 9),
    "negative.npy": npy_file((-4, 4, 3), content=b"\0" * 48),
    "half_negative.npy": npy_file((-4, -4, 3), content=b"\0" * 48),
    "no_tuple.npy": npy_file("[4, 4]", content=b"\0" * 16),
    "code.npy": npy_file("__import__('os')", content=b"\0" * 16),
    "no_version.npy": b"\x93NUMPY",
    "odd_version.npy": b"\x93NUMPY\x09\x09" + b"\0" * 64,
    "header_to_come.npy": b"\x93NUMPY\x02\x00\xff\xff\xff\xff{",
}
