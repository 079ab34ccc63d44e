"""Channel counts: grey, colour, and images of many bands."""

import numpy as np

from semst_tf.ops.luminance_weights import RED_GREEN_BLUE_WEIGHTS

# ITU-R BT.601 luma, the weights that Pillow and most tools use for "grey".
_LUMINANCE = np.array(RED_GREEN_BLUE_WEIGHTS, dtype="float32")


def check_channels(channels):
    """Raises `ValueError` unless `channels` is `"auto"` or a positive int."""
    valid = isinstance(channels, (int, np.integer)) and channels > 0
    if channels != "auto" and (not valid or isinstance(channels, bool)):
        raise ValueError(
            "`channels` must be 'auto' or a positive integer. "
            f"Received: channels={channels!r}"
        )


def converted_channels(stored, channels):
    """Returns the channel count after conversion, or `None` if impossible."""
    if channels == "auto" or stored == channels:
        return stored
    return channels if {stored, channels} == {1, 3} else None


def convert_channels(image, channels):
    """Converts an image to a channel count.

    Args:
        image: Array `(height, width, stored_channels)`.
        channels: `"auto"` (as stored) or int. Grey becomes colour by
            repetition, colour becomes grey by luminance (BT.601).

    Returns:
        Array `(height, width, channels)` of the same dtype.

    Raises:
        ValueError: For any other conversion; there is no meaning to guess.
    """
    stored = image.shape[-1]
    if converted_channels(stored, channels) is None:
        raise ValueError(
            "Only grey to RGB and RGB to grey can be converted. "
            f"Received: an image of {stored} channels, channels={channels}"
        )
    if channels == "auto" or stored == channels:
        return image
    if stored == 1:
        return np.repeat(image, 3, axis=-1)
    wide = image.dtype.kind in "ui" and image.dtype.itemsize > 2
    grey = image.astype("float64" if wide else "float32") @ _LUMINANCE
    if image.dtype.kind in "ui":
        grey = np.rint(grey)
    return grey.astype(image.dtype)[..., None]
