"""Reading and writing one image, without losing bits or half a file."""

import contextlib
import io
import os
import stat
from pathlib import Path

import numpy as np
from PIL import Image

from semst_tf.data import npy_files
from semst_tf.data.deep_png_files import deep_png_header
from semst_tf.data.deep_png_files import deep_png_image
from semst_tf.data.deep_png_files import is_deep_png
from semst_tf.data.heif_files import prepare_heif
from semst_tf.data.image_encoding import encoded
from semst_tf.data.part_of_file import PartOfFile
from semst_tf.data.pillow_files import pillow_header
from semst_tf.data.pillow_files import pillow_image
from semst_tf.data.png_chunks import SIGNATURE as PNG_SIGNATURE
from semst_tf.data.tiff_files import SIGNATURES as TIFF_SIGNATURES
from semst_tf.data.tiff_files import tiff_header
from semst_tf.data.tiff_files import tiff_image
from semst_tf.storage.atomic_files import replacing

SUFFIXES = (
    ".png",
    ".jpg",
    ".jpeg",
    ".jpe",
    ".jfif",
    ".webp",
    ".bmp",
    ".gif",
    ".tif",
    ".tiff",
    ".npy",
)


class UnreadableImageError(ValueError):
    """A file that is no image, a damaged one, or one that can't be kept
    whole (too many bits, not finite, a decompression bomb)."""


def read_header(file, page=None):
    """Reads size, channels and dtype of an image without decoding it.

    Args:
        file: Path, binary file object, or `PartOfFile`.
        page: int or `None`. See `read_image`.

    Returns:
        An `ImageHeader`.

    Raises:
        UnreadableImageError: If the file is not a readable image.
        OSError: If the file can't be opened.
    """
    if isinstance(file, PartOfFile):
        with _named_in_errors(file):
            return file.header()
    with _opened(file) as (stream, head):
        if head.startswith(npy_files.SIGNATURE):
            return npy_files.npy_header(stream, page)
        if is_deep_png(head):
            return deep_png_header(stream, head, page)
        if head.startswith(TIFF_SIGNATURES):
            return tiff_header(stream, page)
        return pillow_header(stream, page)


def read_image(file, page=None):
    """Reads one image, whatever its format, in its own dtype.

    The format is taken from the content, not from the name: PNG, JPEG, WebP,
    BMP, GIF, AVIF (HEIC with `pillow-heif`), TIFF, and NPY arrays
    `(height, width)` or `(height, width, channels)`. What has a colour
    profile is converted to sRGB; palettes become RGB, other colour spaces
    too. Alpha is dropped, not blended: there is no background to blend with
    (`decode_image` keeps it). The EXIF orientation is applied.

    TIFF is read by its tags: any number of bands of 8, 16 or 32 bits or
    floating point, of which samples that are not declared as alpha are
    bands; black is at the low end also where the file has white there; odd
    depths (1, 4, 12 bits) are spread over the range of their dtype; pixels
    that GDAL's tag calls empty have the mean of the others. 16-bit colour PNG
    needs TensorFlow to be read, compressed TIFF imagecodecs.

    Args:
        file: Path, binary file object, or `PartOfFile`.
        page: int or `None`. Page of a TIFF stack or frame of an animation,
            from 0. Defaults to `None`: the first frame of an animation;
            stacks are refused.

    Returns:
        Array `(height, width, channels)` of dtype uint8, uint16 or float32;
        from TIFF and NPY also uint32, int8, int16 and int32. float64 becomes
        float32.

    Raises:
        UnreadableImageError: If the file is not a readable image: not an
            image at all, truncated, holding NaN or infinity, claiming more
            pixels than `semst_tf.data.pixel_limit` allows, or of a kind that
            could only be read with loss.
        OSError: If the file can't be opened.
    """
    return decode_image(file, page).pixels


def decode_image(file, page=None):
    """Like `read_image`, with what a translation of the image should keep.

    Args:
        file: Path, binary file object, or `PartOfFile`.
        page: int or `None`. See `read_image`.

    Returns:
        A `DecodedImage`: pixels, alpha, georeference and nodata.

    Raises:
        UnreadableImageError: As `read_image`.
        OSError: If the file can't be opened.
    """
    if isinstance(file, PartOfFile):
        with _named_in_errors(file):
            image = file.image()
            _check_finite(image.pixels)
            return image
    with _opened(file) as (stream, head):
        if head.startswith(npy_files.SIGNATURE):
            image = npy_files.npy_image(stream, page)
        elif is_deep_png(head):
            image = deep_png_image(stream, head, page)
        elif head.startswith(TIFF_SIGNATURES):
            image = tiff_image(stream, page)
        else:
            image = pillow_image(stream, page)
        _check_finite(image.pixels)
        return image


def write_image(path, image, alpha=None, georeference=()):
    """Writes one image so that a reader never sees half a file.

    The file is written under a temporary name beside its place and then
    renamed. The format follows the suffix: PNG (8 and 16 bit, grey and RGB),
    JPEG (quality 95), WebP (quality 95; always RGB inside), BMP, TIFF and NPY
    (anything). Colours are sRGB; no profile is written.

    Args:
        path: Path of the file; its folder must exist. An existing file is
            replaced.
        image: Array `(height, width)` or `(height, width, channels)` of
            dtype uint8, uint16 or float32; in TIFF and NPY also uint32, int8,
            int16 and int32.
        alpha: Array `(height, width)` of the same dtype, or `None` (default).
            Kept by PNG, WebP and TIFF, left out by other formats.
        georeference: TIFF tags `(code, dtype, count, value)`, as in
            `DecodedImage`; left out by other formats.

    Raises:
        ValueError: If the format can't hold this image exactly.
        OSError: If the file can't be written.
    """
    path = Path(path)
    image = np.asarray(image)
    if image.ndim == 2:
        image = image[..., None]
    if image.ndim != 3 or 0 in image.shape:
        raise ValueError(
            "An image must have shape (height, width, channels). "
            f"Received: shape={image.shape}"
        )
    content = encoded(path, image, alpha, georeference)
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)


def check_format(path, dtype, channels):
    """Tells before there is an image whether a file could hold it.

    Args:
        path: Path of the file; its suffix names the format.
        dtype: str. One of `semst_tf.data.decoded_image.DTYPES`.
        channels: int.

    Raises:
        ValueError: If `write_image` would refuse such an image.
    """
    encoded(Path(path), np.zeros((1, 1, channels), dtype))


def may_be_truncated(file):
    """Tells cheaply whether the end of an image file may be missing.

    Looks at the end mark or the length field, not at the pixels: a check of
    many thousand files decodes those alone of which this is `True`. It is only
    a suspicion; decoding gives the answer.

    Args:
        file: Path, binary file object, or `PartOfFile`.

    Returns:
        bool.
    """
    if isinstance(file, PartOfFile):
        return file.may_be_truncated()
    with contextlib.ExitStack() as stack:
        if not hasattr(file, "read"):
            file = stack.enter_context(open(file, "rb"))
        head = file.read(8)
        size = file.seek(0, io.SEEK_END)
        file.seek(max(0, size - 1024))
        tail = file.read()
        file.seek(0)
    if head.startswith((npy_files.SIGNATURE, *TIFF_SIGNATURES)):
        return False  # Reading its header has compared the lengths.
    if head.startswith(PNG_SIGNATURE):
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
    if isinstance(path, PartOfFile):
        return f"{printable(path.path)}, {path.label}"
    text = os.fsencode(path).decode("utf-8", "backslashreplace")
    return text.replace("\n", "\\n").replace("\r", "\\r")


@contextlib.contextmanager
def _opened(file):
    """Opens a file and gives its first bytes; names it in what goes wrong."""
    with contextlib.ExitStack() as stack:
        name = printable(getattr(file, "name", "an image in memory"))
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
            prepare_heif(head)
            yield file, head
        except ImportError:
            raise
        except Exception as error:
            # Decoders raise almost anything on damaged or hostile files.
            raise UnreadableImageError(
                f"Can't read {name}: {_reason(error, head)}"
            ) from error


@contextlib.contextmanager
def _named_in_errors(part):
    try:
        yield
    except OSError:
        raise
    except Exception as error:
        raise UnreadableImageError(
            f"Can't read {printable(part)}: {_reason(error, b'.')}"
        ) from error


def _reason(error, head):
    if not head:
        return "the file is empty"
    if isinstance(error, Image.UnidentifiedImageError):
        return "not an image in a known format"
    message = " ".join(str(error).split())
    return message or type(error).__name__


def _check_finite(image):
    if image.dtype.kind == "f" and not np.isfinite(image).all():
        raise ValueError("it holds NaN or infinity")
