"""A frame of a video as an image, and back."""

import dataclasses
import typing

import numpy as np

_UNSPECIFIED = 2
"""Colour tags that say nothing, as FFmpeg numbers them."""

_HD_HEIGHT = 720


@dataclasses.dataclass(frozen=True)
class VideoFrame:
    """A frame as it is shown.

    Args:
        image: uint8 array `(height, width, 3)`, upright.
        pts: int. When it is shown, in units of the time base of its video.
        duration: int. How long, in the same units; 0 if unknown.
    """

    image: typing.Any
    pts: int
    duration: int


@dataclasses.dataclass(frozen=True)
class ColourTags:
    """How the colours of a video are stored, in the numbers of FFmpeg.

    Args:
        matrix: int. From RGB to brightness and colour; 1 is BT.709, 5 and 6
            are BT.601, 9 is BT.2020.
        primaries: int.
        transfer: int.
    """

    matrix: int
    primaries: int
    transfer: int


def colour_tags(frame):
    """Reads the colour tags of a decoded frame.

    Args:
        frame: `av.VideoFrame`.

    Returns:
        `ColourTags`. A frame that does not name its matrix has that which
        players take it to have: BT.709 from 720 lines on, else BT.601.
    """
    matrix = int(frame.colorspace)
    # 0 is RGB itself, and 3 is reserved.
    if matrix in (0, _UNSPECIFIED, 3):
        matrix = 1 if frame.height >= _HD_HEIGHT else 6
    return ColourTags(matrix, int(frame.color_primaries), int(frame.color_trc))


def image_of(frame, tags, size):
    """Returns a decoded frame as an upright image.

    Args:
        frame: `av.VideoFrame`.
        tags: `ColourTags`.
        size: Pair (height, width) as decoded, which a frame of another size
            is scaled to: a stream may change it.

    Returns:
        uint8 array `(height, width, 3)`.
    """
    height, width = size
    rgb = frame.reformat(
        width, height, "rgb24", src_colorspace=_scaler_matrix(tags.matrix)
    )
    return _upright(rgb.to_ndarray(), frame)


def encodable_frame(image, tags, pixel_format):
    """Returns an image as a frame for an encoder.

    Args:
        image: uint8 array `(height, width, 1 or 3)`.
        tags: `ColourTags` that the video is to have.
        pixel_format: str, as `"yuv420p"`.

    Returns:
        `av.VideoFrame`, of limited range.
    """
    import av
    from av.video.reformatter import ColorRange

    image = np.broadcast_to(image, (*image.shape[:2], 3))
    rgb = av.VideoFrame.from_ndarray(np.ascontiguousarray(image), "rgb24")
    frame = rgb.reformat(
        format=pixel_format,
        dst_colorspace=_scaler_matrix(tags.matrix),
        dst_color_range=ColorRange.MPEG,
    )
    frame.colorspace = tags.matrix
    return frame


def turns_sideways(frame):
    """Whether a frame is shown with height and width exchanged."""
    return _orientation(frame)[0]


def _upright(image, frame):
    transposed, rows, columns = _orientation(frame)
    if transposed:
        image = image.transpose(1, 0, 2)
    image = image[:: -1 if rows else 1, :: -1 if columns else 1]
    return np.ascontiguousarray(image)


def _orientation(frame):
    """Whether to transpose, to reverse rows, and to reverse columns."""
    try:
        data = frame.side_data["DISPLAYMATRIX"]
    except KeyError:
        return False, False, False
    matrix = np.frombuffer(bytes(data), "int32").reshape(3, 3)[:2, :2]
    sign = np.sign(np.where(abs(matrix) > abs(matrix).max() / 100, matrix, 0))
    if (abs(sign) == np.eye(2)).all():
        return False, sign[1, 1] < 0, sign[0, 0] < 0
    if (abs(sign) == np.eye(2)[::-1]).all():
        return True, sign[0, 1] < 0, sign[1, 0] < 0
    raise ValueError(
        "A video can be turned by quarter turns and mirrored. Received: a "
        f"display matrix of {matrix.tolist()}"
    )


def _scaler_matrix(matrix):
    """The name that the scaler has for a matrix."""
    from av.video.reformatter import Colorspace

    return {
        1: Colorspace.ITU709,
        4: Colorspace.FCC,
        7: Colorspace.SMPTE240M,
        9: Colorspace.BT2020,
        10: Colorspace.BT2020,
    }.get(matrix, Colorspace.ITU601)
