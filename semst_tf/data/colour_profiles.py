"""ICC profiles: every image is brought to sRGB when it is read."""

import functools
import io
import warnings

import numpy as np
from PIL import Image
from PIL import ImageCms

_STEPS = (
    0,
    51,
    102,
    153,
    204,
    255,
)  # of the colours that profiles are tried on
_ROUNDING = 2  # levels by which a profile that means sRGB may differ


def to_srgb(pixels, profile):
    """Converts pixels from the colour space of a profile to sRGB.

    8-bit grey and RGB are converted by Pillow's ImageCms; those of 16 bits by
    imagecodecs where it is installed. A profile that means sRGB leaves the
    pixels bit for bit; one that is damaged, or belongs to another kind of
    image, is ignored as browsers do, and sRGB is assumed.

    Args:
        pixels: Array `(height, width, channels)`.
        profile: bytes, or `None` for an image without one.

    Returns:
        Array of the same shape and dtype.
    """
    kind = (pixels.dtype.name, pixels.shape[-1])
    if not profile or kind[1] not in (1, 3):
        return pixels
    mode = "RGB" if kind[1] == 3 else "L"
    transform = _transform(profile, mode)
    if transform is None:
        return pixels
    if kind[0] == "uint8":
        plane = pixels if mode == "RGB" else pixels[..., 0]
        image = Image.fromarray(np.ascontiguousarray(plane))
        converted = np.asarray(transform.apply(image))
        # Grey goes to equal red, green and blue.
        return converted if mode == "RGB" else converted[..., 1:2]
    if kind[0] == "uint16":
        return _deep_to_srgb(pixels, profile)
    warnings.warn(
        "A colour profile of an image of neither 8 nor 16 bits is not "
        f"applied. Received: {kind[1]} channels of {kind[0]}",
        stacklevel=2,
    )
    return pixels


def cmyk_to_srgb(image, profile):
    """Converts a Pillow image of mode CMYK or LAB to RGB.

    Args:
        image: `PIL.Image.Image`.
        profile: bytes, or `None`: then by Pillow's own formula.

    Returns:
        `PIL.Image.Image` of mode RGB.
    """
    transform = _transform(profile, image.mode) if profile else None
    if transform is not None:
        return transform.apply(image)
    if image.mode == "LAB":
        lab = ImageCms.createProfile("LAB")
        return ImageCms.profileToProfile(
            image, lab, ImageCms.createProfile("sRGB"), outputMode="RGB"
        )
    return image.convert("RGB")


def _deep_to_srgb(pixels, profile):
    try:
        import imagecodecs

        grey = pixels.shape[-1] == 1
        converted = imagecodecs.cms_transform(
            np.ascontiguousarray(pixels[..., 0] if grey else pixels),
            profile,
            imagecodecs.cms_profile("srgb"),
            colorspace="gray" if grey else "rgb",
            outcolorspace="rgb",
            outdtype="uint16",
        )
        return converted[..., 1:2] if grey else converted
    except ImportError:
        warnings.warn(
            "The colour profile of a 16-bit image is not applied, which takes "
            "the imagecodecs package: pip install 'semst-tf[tiff]'",
            stacklevel=3,
        )
        return pixels


@functools.lru_cache(maxsize=16)
def _transform(profile, mode):
    """ImageCms transform to sRGB; `None` where the pixels can stay."""
    try:
        opened = ImageCms.ImageCmsProfile(io.BytesIO(profile))
        transform = ImageCms.buildTransform(
            opened, ImageCms.createProfile("sRGB"), mode, "RGB"
        )
        if mode in ("RGB", "L") and _is_identity(transform, mode):
            return None
    except (ImageCms.PyCMSError, OSError, ValueError, TypeError):
        return None
    return transform


def _is_identity(transform, mode):
    """Whether a profile means sRGB, whatever it calls itself."""
    if mode == "L":
        before = np.arange(256, dtype="uint8")[None]
        after = np.asarray(transform.apply(Image.fromarray(before)))
        before = before[..., None]
    else:
        before = np.stack(np.meshgrid(_STEPS, _STEPS, _STEPS), axis=-1)
        before = before.reshape(len(_STEPS), -1, 3).astype("uint8")
        after = np.asarray(transform.apply(Image.fromarray(before)))
    return np.abs(after.astype(int) - before).max() <= _ROUNDING
