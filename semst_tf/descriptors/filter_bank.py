"""The fixed filters that describe texture."""

import numpy as np

from semst_tf.ops.luminance import luminance_weights

FILTER_REACH = 3  # pixels on each side of the centre
DIRECTIONS = ((0, 1), (1, 0), (1, 1), (1, -1))  # steps (down, right)


def texture_filters(channels):
    """Convolution kernels that respond to texture and never to a flat colour.

    On the brightness, at the scales of 1 and 2 pixels: differences along the
    rows, the columns and both diagonals, and the Laplacian. The image is
    smoothed for the second scale. With three channels also the Laplacian at
    scale 2 of red minus green and of blue minus yellow. All filters run at
    full resolution.

    Args:
        channels: Integer, the channels of the image.

    Returns:
        Float32 array of shape `(7, 7, channels, filters)` with 12 filters for
        three channels, 10 otherwise.

    Reference:
        semst_tf design.
    """
    brightness = luminance_weights(channels)
    filters = [
        np.multiply.outer(kernel, brightness)
        for scale in (1, 2)
        for kernel in _kernels(scale)
    ]
    if channels == 3:
        contrast = _laplacian(2)
        for colours in ((0.5, -0.5, 0.0), (-0.25, -0.25, 0.5)):
            filters.append(np.multiply.outer(contrast, colours))
    return np.stack(filters, axis=-1).astype("float32")


def _kernels(scale):
    differences = [_difference(step, scale) for step in DIRECTIONS]
    return [*differences, _laplacian(scale)]


def _difference(step, scale):
    """Central difference along a step, per pixel of distance."""
    kernel = np.zeros((2 * FILTER_REACH + 1,) * 2)
    offset = scale * np.array(step)
    weight = 0.5 / np.linalg.norm(offset)
    kernel[tuple(FILTER_REACH + offset)] = weight
    kernel[tuple(FILTER_REACH - offset)] = -weight
    return _smooth(kernel) if scale > 1 else kernel


def _laplacian(scale):
    """Mean of the four neighbours at a distance, minus the centre."""
    kernel = np.zeros((2 * FILTER_REACH + 1,) * 2)
    kernel[FILTER_REACH, FILTER_REACH] = -1.0
    for step in DIRECTIONS[:2]:
        offset = scale * np.array(step)
        kernel[tuple(FILTER_REACH + offset)] = 0.25
        kernel[tuple(FILTER_REACH - offset)] = 0.25
    return _smooth(kernel) if scale > 1 else kernel


def _smooth(kernel):
    """Binomial 3 x 3 smoothing; the kernel's border must be zero."""
    for axis in (0, 1):
        kernel = (
            0.5 * kernel
            + 0.25 * np.roll(kernel, 1, axis)
            + 0.25 * np.roll(kernel, -1, axis)
        )
    return kernel
