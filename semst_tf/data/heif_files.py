"""HEIC and AVIF: read where Pillow or pillow-heif can."""

import functools

from PIL import features

HEIF_SUFFIXES = (".heic", ".heif", ".hif")
AVIF_SUFFIXES = (".avif",)
HOW_TO_READ = "pip install 'semst-tf[heif]' to read HEIC and AVIF images"

_HEIF_BRANDS = (
    b"heic",
    b"heix",
    b"heim",
    b"heis",
    b"hevc",
    b"hevx",
    b"mif1",
    b"msf1",
)
_AVIF_BRANDS = (b"avif", b"avis")


def heif_suffixes():
    """Suffixes of this family that can be read with what is installed."""
    suffixes = HEIF_SUFFIXES if _pillow_heif() else ()
    return suffixes + (AVIF_SUFFIXES if _reads_avif() else ())


def prepare_heif(head):
    """Makes Pillow able to read a file, if it is HEIC or AVIF.

    Args:
        head: bytes. The first of the file, at least 12.

    Raises:
        ValueError: If the package that reads it is not installed.
    """
    if head[4:8] != b"ftyp":
        return
    brand = head[8:12]
    if brand in _HEIF_BRANDS and not _pillow_heif():
        raise ValueError(f"a HEIC image; {HOW_TO_READ}")
    if brand in _AVIF_BRANDS and not _reads_avif():
        raise ValueError(f"an AVIF image; {HOW_TO_READ}")


def _reads_avif():
    if features.check("avif"):
        return True
    return hasattr(_pillow_heif(), "register_avif_opener")


@functools.cache
def _pillow_heif():
    """The package pillow-heif, registered with Pillow; or `None`."""
    try:
        import pillow_heif
    except ImportError:
        return None
    pillow_heif.register_heif_opener()
    if not features.check("avif") and hasattr(
        pillow_heif, "register_avif_opener"
    ):
        pillow_heif.register_avif_opener()
    return pillow_heif
