"""NPY arrays as image files."""

import io

import numpy as np

from semst_tf.data.decoded_image import DecodedImage
from semst_tf.data.decoded_image import ImageHeader

SIGNATURE = b"\x93NUMPY"

_DTYPES = (
    "uint8",
    "uint16",
    "uint32",
    "int8",
    "int16",
    "int32",
    "float16",
    "float32",
    "float64",
)


def npy_header(file, page=None):
    """Reads the header of an NPY file; compares it with the file's length."""
    if page:
        raise ValueError(
            f"there is no page {page} in a file of 1, counted from 0"
        )
    version = np.lib.format.read_magic(file)
    if version == (1, 0):
        parsed = np.lib.format.read_array_header_1_0(file)
    else:
        parsed = np.lib.format.read_array_header_2_0(file)
    shape, _, dtype = parsed
    if dtype.name not in _DTYPES:
        raise ValueError(f"NPY of dtype {dtype}; use {', '.join(_DTYPES)}")
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


def npy_image(file, page=None):
    """Reads an NPY file; floating point becomes float32."""
    header = npy_header(file, page)
    file.seek(0)
    image = np.load(file, allow_pickle=False)
    with np.errstate(over="ignore"):  # Infinity is refused with a sentence.
        image = image.astype(header.dtype, copy=False)
    return DecodedImage(
        image.reshape(header.height, header.width, header.channels)
    )
