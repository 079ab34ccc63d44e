"""Reading and writing one picture, without losing bits or half a file."""

import contextlib
import dataclasses
import io
import os
import stat
import uuid
from pathlib import Path

import numpy as np
from PIL import Image

SUFFIXES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".webp",
    ".bmp",
    ".gif",
    ".tif",
    ".tiff",
    ".npy",
)

# Pillow mode -> (mode to decode into, channels, dtype).
_MODES = {
    **dict.fromkeys(("1", "L", "LA", "La"), ("L", 1, "uint8")),
    **dict.fromkeys(
        ("P", "PA", "RGB", "RGBA", "RGBX", "RGBa", "CMYK", "YCbCr"),
        ("RGB", 3, "uint8"),
    ),
    **dict.fromkeys(("I;16", "I;16L", "I;16B", "I;16N"), (None, 1, "uint16")),
    "F": (None, 1, "float32"),
}
_NPY_DTYPES = ("uint8", "uint16", "float16", "float32", "float64")
_PNG_SIGNATURE = b"\x89PNG\r\n\x1a\n"
_NPY_SIGNATURE = b"\x93NUMPY"
_PNG_CHANNELS = {2: 3, 4: 1, 6: 3}  # PNG colour type -> channels, no alpha
_ORIENTATION_TAG = 0x0112  # EXIF
_BITS_PER_SAMPLE_TAG = 258  # TIFF


class UnreadableImageError(ValueError):
    """A file that is no picture, a damaged one, or one that can't be kept
    whole (too many bits, not finite, a decompression bomb)."""


@dataclasses.dataclass(frozen=True)
class ImageHeader:
    """What a file says about its picture before its pixels are decoded.

    Args:
        height: int. Pixels, as the picture is meant to be looked at.
        width: int. Pixels.
        channels: int. Without alpha.
        dtype: str. `"uint8"`, `"uint16"` or `"float32"`.
    """

    height: int
    width: int
    channels: int
    dtype: str


def read_header(file):
    """Reads size, channels and dtype of a picture without decoding it.

    Args:
        file: Path, or binary file object.

    Returns:
        An `ImageHeader`.

    Raises:
        UnreadableImageError: If the file is not a readable picture.
        OSError: If the file can't be opened.
    """
    return _read(file, _npy_header, _png_deep_header, _pillow_header)


def read_image(file):
    """Reads one picture, whatever its format, in its own dtype.

    The format is taken from the content, not from the name: PNG, JPEG, WebP,
    BMP, GIF and TIFF (first frame or page), and NPY arrays `(height, width)`
    or `(height, width, channels)`. Palettes become RGB, other colour spaces
    too. Alpha is dropped, not blended: there is no background to blend with.
    The EXIF orientation is applied. 16-bit grey PNG and TIFF stay 16-bit;
    16-bit colour PNG needs TensorFlow to be read.

    Args:
        file: Path, or binary file object.

    Returns:
        Array `(height, width, channels)` of dtype uint8, uint16 or float32.

    Raises:
        UnreadableImageError: If the file is not a readable picture: not a
            picture at all, truncated, holding NaN or infinity, claiming more
            pixels than `PIL.Image.MAX_IMAGE_PIXELS` allows, or 16-bit colour
            TIFF (which would silently lose half of its bits).
        OSError: If the file can't be opened.
    """
    return _read(file, _npy_image, _png_deep_image, _pillow_image)


def write_image(path, image):
    """Writes one picture so that a reader never sees half a file.

    The file is written under a temporary name beside its place and then
    renamed. The format follows the suffix: PNG (8 and 16 bit, grey and RGB),
    JPEG (quality 95), WebP (quality 95; always RGB inside), BMP, TIFF (8-bit,
    16-bit grey, float32 grey) and NPY (anything).

    Args:
        path: Path of the file; its folder must exist. An existing file is
            replaced.
        image: Array `(height, width)` or `(height, width, channels)` of
            dtype uint8, uint16 or float32.

    Raises:
        ValueError: If the format can't hold this picture exactly.
        OSError: If the file can't be written.
    """
    path = Path(path)
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[..., None]
    if image.ndim != 3 or 0 in image.shape:
        raise ValueError(
            "A picture must have shape (height, width, channels). "
            f"Received: shape={image.shape}"
        )
    encoded = _encode(path, image)
    temporary = path.with_name(f".{uuid.uuid4().hex}.tmp")
    try:
        with open(temporary, "xb") as file:
            file.write(encoded)
        os.replace(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def check_format(path, dtype, channels):
    """Tells before there is a picture whether a file could hold it.

    Args:
        path: Path of the file; its suffix names the format.
        dtype: str. `"uint8"`, `"uint16"` or `"float32"`.
        channels: int.

    Raises:
        ValueError: If `write_image` would refuse such a picture.
    """
    _encode(Path(path), np.zeros((1, 1, channels), dtype))


def may_be_truncated(file):
    """Tells cheaply whether the end of a picture file may be missing.

    Looks at the end mark or the length field, not at the pixels. `True` is
    only a suspicion (of TIFF, always); decoding gives the answer.

    Args:
        file: Path, or binary file object.

    Returns:
        bool.
    """
    with contextlib.ExitStack() as stack:
        if not hasattr(file, "read"):
            file = stack.enter_context(open(file, "rb"))
        head = file.read(8)
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 1024))
        tail = file.read()
        file.seek(0)
    if head.startswith(_NPY_SIGNATURE):
        return False  # Reading its header has compared the lengths.
    if head.startswith(_PNG_SIGNATURE):
        return b"IEND" not in tail
    if head.startswith(b"\xff\xd8"):
        return b"\xff\xd9" not in tail
    if head.startswith(b"GIF8"):
        return not tail.endswith(b";")
    if head.startswith(b"RIFF"):
        return int.from_bytes(head[4:8], "little") + 8 > size
    if head.startswith(b"BM"):
        return int.from_bytes(head[2:6], "little") > size
    return True


def printable(path):
    """A file name that can always be printed, on one line."""
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return text.replace("\n", "\\n").replace("\r", "\\r")


def _read(file, from_npy, from_deep_png, from_pillow):
    """Calls the reader that the first bytes of the file ask for."""
    with contextlib.ExitStack() as stack:
        name = printable(getattr(file, "name", "a picture in memory"))
        if not hasattr(file, "read"):
            name = printable(file)
            if not stat.S_ISREG(os.stat(file).st_mode):
                # Reading a pipe or a device might never end.
                raise UnreadableImageError(
                    f"Can't read {name}: not a regular file"
                )
            file = stack.enter_context(open(file, "rb"))
        head = file.read(26)
        file.seek(0)
        try:
            if head.startswith(_NPY_SIGNATURE):
                return from_npy(file)
            if _is_deep_png(head):
                return from_deep_png(file, head)
            return from_pillow(file)
        except ImportError:
            raise
        except Exception as error:
            # Decoders raise almost anything on damaged or hostile files.
            raise UnreadableImageError(
                f"Can't read {name}: {_reason(error, head)}"
            ) from error


def _reason(error, head):
    if not head:
        return "the file is empty"
    if isinstance(error, Image.UnidentifiedImageError):
        return "not a picture in a known format"
    if isinstance(error, Image.DecompressionBombError):
        return f"too many pixels, a decompression bomb? ({error})"
    message = " ".join(str(error).split())
    return message or type(error).__name__


# --- NPY ---------------------------------------------------------------------


def _npy_header(file):
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        parsed = np.lib.format.read_array_header_1_0(file)
    else:
        parsed = np.lib.format.read_array_header_2_0(file)
    shape, _, dtype = parsed
    if dtype.name not in _NPY_DTYPES:
        raise ValueError(f"NPY of dtype {dtype}; use {', '.join(_NPY_DTYPES)}")
    if len(shape) not in (2, 3) or 0 in shape:
        raise ValueError(f"NPY of shape {shape}; use (height, width, channels)")
    # The header may claim any size; compare before memory is asked for.
    needed = dtype.itemsize * int(np.prod(shape, dtype=object))
    start = file.tell()
    stored = file.seek(0, io.SEEK_END) - start
    if stored < needed:
        raise ValueError(f"truncated: {stored} of {needed} bytes of pixels")
    kept = "float32" if dtype.kind == "f" else dtype.name
    channels = shape[2] if len(shape) == 3 else 1
    return ImageHeader(shape[0], shape[1], channels, kept)


def _npy_image(file):
    header = _npy_header(file)
    file.seek(0)
    image = np.load(file, allow_pickle=False).astype(header.dtype, copy=False)
    image = image.reshape(header.height, header.width, header.channels)
    return _finite(image)


def _finite(image):
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        raise ValueError("it holds NaN or infinity")
    return image


# --- PNG with 16 bits a channel, other than plain grey -----------------------


def _is_deep_png(head):
    # IHDR comes first: bit depth is byte 24, colour type is byte 25.
    return (
        len(head) == 26
        and head.startswith(_PNG_SIGNATURE)
        and head[24] == 16
        and head[25] in _PNG_CHANNELS
    )


def _png_deep_header(file, head):
    header = _pillow_header(file)
    channels = _PNG_CHANNELS[head[25]]
    return dataclasses.replace(header, channels=channels, dtype="uint16")


def _png_deep_image(file, head):
    # Pillow would drop the low byte. It still guards size and orientation.
    with Image.open(file) as opened:
        orientation = _orientation(opened)
    file.seek(0)
    tf = _tensorflow("reading 16-bit colour PNG")
    decoded = tf.io.decode_png(
        file.read(), channels=_PNG_CHANNELS[head[25]], dtype=tf.uint16
    )
    return _oriented(np.asarray(decoded), orientation)


def _tensorflow(purpose):
    try:
        import tensorflow as tf
    except ImportError as error:
        raise ImportError(
            f"TensorFlow is needed for {purpose}, and is not installed."
        ) from error
    return tf


# --- everything else, by Pillow ----------------------------------------------


def _pillow_header(file):
    with Image.open(file) as opened:
        _, channels, dtype = _mode_of(opened)
        width, height = opened.size
        if _orientation(opened) >= 5:
            height, width = width, height
        return ImageHeader(height, width, channels, dtype)


def _pillow_image(file):
    with Image.open(file) as opened:
        mode, _, dtype = _mode_of(opened)
        orientation = _orientation(opened)
        opened.load()
        picture = opened
        if mode == "RGB" and "transparency" in opened.info:
            picture = picture.convert("RGBA")
        if mode is not None and picture.mode != mode:
            picture = picture.convert(mode)
        image = np.asarray(picture).astype(dtype, copy=False)
    if image.ndim == 2:
        image = image[..., None]
    return _finite(_oriented(image, orientation))


def _mode_of(opened):
    if opened.mode == "I" and opened.format == "PNG":
        # How older Pillow versions hand out 16-bit grey PNG.
        return None, 1, "uint16"
    if opened.mode not in _MODES:
        raise ValueError(f"pictures of Pillow mode {opened.mode} aren't known")
    if opened.format == "TIFF":
        bits = max(opened.tag_v2.get(_BITS_PER_SAMPLE_TAG, (8,)))
        if bits > 8 and _MODES[opened.mode][2] == "uint8":
            raise ValueError(
                f"{bits}-bit colour TIFF would lose bits; convert it to "
                "16-bit PNG or NPY"
            )
    return _MODES[opened.mode]


def _orientation(opened):
    """EXIF orientation 1..8; 1 is upright."""
    if opened.format == "TIFF":
        return 1  # Pillow applies it while it decodes.
    if opened.format == "PNG" and "exif" not in opened.info:
        return 1  # Asking further would decode the whole picture.
    orientation = opened.getexif().get(_ORIENTATION_TAG, 1)
    return orientation if orientation in range(1, 9) else 1


def _oriented(image, orientation):
    if orientation >= 5:
        image = np.swapaxes(image, 0, 1)
    if orientation in (3, 4, 7, 8):
        image = image[::-1]
    if orientation in (2, 3, 6, 7):
        image = image[:, ::-1]
    return np.ascontiguousarray(image)


# --- writing -----------------------------------------------------------------


def _encode(path, image):
    suffix = path.suffix.lower()
    kind = (image.dtype.name, image.shape[-1])
    buffer = io.BytesIO()
    if suffix == ".npy":
        np.save(buffer, image, allow_pickle=False)
        return buffer.getvalue()
    if suffix == ".png" and kind == ("uint16", 3):
        tf = _tensorflow("writing 16-bit colour PNG")
        return tf.io.encode_png(image).numpy()
    formats = {
        ".png": ("PNG", {}),
        ".jpg": ("JPEG", {"quality": 95}),
        ".jpeg": ("JPEG", {"quality": 95}),
        ".webp": ("WEBP", {"quality": 95}),
        ".bmp": ("BMP", {}),
        ".tif": ("TIFF", {}),
        ".tiff": ("TIFF", {}),
    }
    if suffix not in formats:
        raise ValueError(
            f"Pictures are written as {', '.join(formats)} or .npy. "
            f"Received: {printable(path)}"
        )
    kinds = [("uint8", 1), ("uint8", 3)]
    if suffix in (".png", ".tif", ".tiff"):
        kinds.append(("uint16", 1))
    if suffix in (".tif", ".tiff"):
        kinds.append(("float32", 1))
    if kind not in kinds:
        raise ValueError(
            f"{suffix} can't hold this picture without loss; use .npy"
            f"{' or .png' if kind == ('uint16', 3) else ''}. Received: "
            f"{kind[1]} channels of {kind[0]}"
        )
    name, options = formats[suffix]
    plane = image[..., 0] if kind[1] == 1 else image
    Image.fromarray(np.ascontiguousarray(plane)).save(buffer, name, **options)
    return buffer.getvalue()
