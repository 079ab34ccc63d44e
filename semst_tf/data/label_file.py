"""Reading one file of labels without changing a class."""

import numpy as np
from PIL import Image
from PIL import ImageOps

from semst_tf.data.halves import take_half
from semst_tf.data.image_files import printable
from semst_tf.data.image_files import read_image
from semst_tf.data.label_spaces import COLOUR_CODES
from semst_tf.data.label_spaces import PALETTE
from semst_tf.data.label_spaces import decode_cityscapes_palette
from semst_tf.data.label_spaces import decode_colour_codes

_EXACT_FORMATS = ("PNG", "TIFF", "BMP", "PPM")
_PHOTOMETRIC_TAG = 262  # TIFF; 0: white is zero
_BITS_TAG = 258
_PNG_BITS_BYTE = 24


def read_label_file(path, space, half=None):
    """Reads the numbers or the classes of one file of labels.

    Class numbers come from files that keep every number: PNG, TIFF and BMP of
    one channel (8 and 16 bits), the places in the palette of a PNG, integer
    NPY. Of colour files of CARLA and SYNTHIA the red channel counts; colours
    of Virtual KITTI must be exact. Label colours come from a file of any
    format; every pixel gets the class of the nearest colour.

    Args:
        path: Path.
        space: str. Label space, see `semst_tf.data.label_spaces`.
        half: `"left"`, `"right"` or `None`, see `take_half`.

    Returns:
        Integer array `(height, width)`: numbers of the space, or Cityscapes
        training classes (255: none) where `space` is label colours.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If the file is damaged, or what it holds may be read in
            more than one way. The message begins with the path.
    """
    try:
        if str(path).lower().endswith(".npy"):
            return take_half(_npy_numbers(path, space), half)
        with Image.open(path) as file:
            if getattr(file, "n_frames", 1) > 1:
                raise ValueError(
                    f"A label is one image. Received: a file of {file.n_frames}"
                )
            if space == PALETTE:
                return decode_cityscapes_palette(
                    np.ascontiguousarray(take_half(_colours(file), half))
                )
            if space in COLOUR_CODES:
                return decode_colour_codes(
                    np.ascontiguousarray(take_half(_colours(file), half)),
                    space,
                )
            return take_half(_numbers(file, space, path), half)
    except FileNotFoundError:
        raise
    except (ValueError, OSError, SyntaxError, EOFError) as error:
        # Pillow raises all of these for damaged files.
        raise ValueError(f"{printable(path)}: {error}") from error


def _colours(file):
    if file.mode not in ("RGB", "RGBA", "P", "PA", "CMYK", "YCbCr"):
        raise ValueError(
            f"This is no image of label colours, which {PALETTE!r} asks for; "
            "class numbers have a label space of their own. "
            f"Received: one channel (mode {file.mode})"
        )
    return np.asarray(ImageOps.exif_transpose(file).convert("RGB"))


def _numbers(file, space, path):
    if file.format not in _EXACT_FORMATS:
        raise ValueError(
            f"{file.format} changes class numbers; use PNG, or label colours. "
            f"Received: label_space={space!r}"
        )
    if file.format == "TIFF" and file.tag_v2.get(_PHOTOMETRIC_TAG) == 0:
        raise ValueError(
            "In this TIFF white is zero, and it is not clear whether its "
            "class numbers count from there; use PNG. "
            f"Received: label_space={space!r}"
        )
    if file.format == "TIFF" and file.mode == "L":
        (bits, *_) = file.tag_v2.get(_BITS_TAG, (8,))
        if bits != 8:  # Pillow spreads fewer bits over the whole range.
            raise ValueError(
                "Class numbers of a TIFF have 8 or 16 bits; use these, or PNG. "
                f"Received: {bits} bits"
            )
    in_red = space.startswith(("carla", "synthia"))
    # What is turned upright has no format any more.
    is_png = file.format == "PNG"
    grey = is_png and file.mode == "L"
    file = ImageOps.exif_transpose(file)
    if file.mode == "P":
        file = _in_palette(file, in_red)
    numbers = np.asarray(file)
    if numbers.dtype == bool:
        numbers = numbers.astype("uint8")
    if space == "synthia" and is_png and _png_bits(path) == 16:
        # Of 16-bit colour Pillow keeps the upper half, which is 0.
        numbers = read_image(path)
    if numbers.ndim == 3 and in_red:
        numbers = numbers[..., 0]
    if grey:
        # Pillow spreads fewer bits over the whole range.
        numbers = numbers // (255 // (2 ** min(_png_bits(path), 8) - 1))
    return _checked(numbers, space)


def _in_palette(file, in_red):
    """Returns an image of a palette as what holds its numbers.

    The places are the numbers, unless a tool that saves bytes made the palette
    of an image that had them in its red channel.
    """
    places = np.asarray(file)
    used = np.unique(places)
    table = np.array(file.getpalette("RGB"), "uint8").reshape(-1, 3)
    colours = table[np.minimum(used, len(table) - 1)]
    if in_red and colours[:, 0].any() and not colours[:, 1:].any():
        return file.convert("RGB")
    # It has no colour that is not used.
    grey = len(table) == len(used) and (colours == colours[:, :1]).all()
    if grey and colours.any() and (colours[:, 0] != used).any():
        place = (colours[:, 0] != used).argmax()
        raise ValueError(
            "In this palette of greys it is not clear whether places or greys "
            "are class numbers; save it without a palette. Received: place "
            f"{used[place]} of grey {colours[place, 0]}"
        )
    return file


def _png_bits(path):
    with open(path, "rb") as file:
        return file.read(_PNG_BITS_BYTE + 1)[_PNG_BITS_BYTE]


def _npy_numbers(path, space):
    if space == PALETTE:
        raise ValueError(
            f"NPY holds class numbers and no label colours. Received: {space!r}"
        )
    numbers = np.load(path, allow_pickle=False)
    if numbers.ndim == 3 and numbers.shape[-1] == 1:
        numbers = numbers[..., 0]
    return _checked(numbers, space)


def _checked(numbers, space):
    if numbers.ndim != 2:
        raise ValueError(
            f"Class numbers are one channel; label colours are {PALETTE!r}. "
            f"Received: shape={numbers.shape} for label_space={space!r}"
        )
    if numbers.dtype.kind not in "iu":
        raise ValueError(
            "Class numbers are integers. "
            f"Received: {numbers.dtype} for label_space={space!r}"
        )
    return numbers
