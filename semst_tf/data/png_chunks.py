"""Where a PNG says more than its pixels, read without decoding it."""

import os

SIGNATURE = b"\x89PNG\r\n\x1a\n"

_PIXELS = b"IDAT"
_METADATA = (b"eXIf", b"tEXt", b"zTXt", b"iTXt")


def has_metadata_behind_pixels(file):
    """Whether what is said about an image comes after it.

    Args:
        file: Binary file object, which is left where it was.

    Returns:
        bool.
    """
    before = file.tell()
    try:
        file.seek(len(SIGNATURE))
        return _follows_pixels(file)
    finally:
        file.seek(before)


def _follows_pixels(file):
    seen_pixels = False
    while len(head := file.read(8)) == 8:
        length, kind = int.from_bytes(head[:4], "big"), head[4:]
        if seen_pixels and kind in _METADATA:
            return True
        seen_pixels |= kind == _PIXELS
        file.seek(length + 4, os.SEEK_CUR)  # Each ends in a checksum.
    return False
