"""Shows an image to a network that expects another number of channels."""

import numpy as np
from keras import ops

from semst_tf.ops.luminance_weights import RED_GREEN_BLUE_WEIGHTS

_LUMINANCE = np.array(RED_GREEN_BLUE_WEIGHTS, dtype="float32")[:, None]


def match_channels(images, channels):
    """Maps images linearly to a number of channels, in their value range.

    Colour to one channel is luminance, one channel to many is repeated, any
    other change interpolates along the channels. Every output is a weighted
    mean of the inputs, so that [-1, 1] stays [-1, 1].

    Args:
        images: Tensor `(batch, height, width, any)`.
        channels: int. Channels wanted.

    Returns:
        Tensor `(batch, height, width, channels)`; the input itself when it
        has that many already.

    Reference:
        semst_tf design: the CUT family encodes translations with the encoder
        of source images, which needs equal channels.
    """
    available = images.shape[-1]
    if available == channels:
        return images
    if available == 1:
        return ops.repeat(images, channels, axis=-1)
    matrix = _channel_matrix(available, channels)
    return ops.matmul(images, ops.cast(matrix, images.dtype))


def _channel_matrix(available, wanted):
    if available == 3 and wanted == 1:
        return _LUMINANCE
    if wanted == 1:
        return np.full((available, 1), 1.0 / available, dtype="float32")
    places = np.linspace(0, available - 1, wanted)
    columns = [
        np.interp(places, range(available), row) for row in np.eye(available)
    ]
    return np.stack(columns).astype("float32")
