"""Which names are those of videos and cameras.

Imports nothing of the package: scripts read this file before they load Keras.
"""

import importlib.util
import os
import pathlib
import sys

CODECS = {
    ".mp4": "libx264",
    ".m4v": "libx264",
    ".mov": "libx264",
    ".mkv": "libx264",
    ".webm": "libvpx-vp9",
}
"""Suffixes of videos that are written, and how their frames are encoded."""

SUFFIXES = frozenset(CODECS) | {
    ".3gp",
    ".avi",
    ".flv",
    ".m2ts",
    ".mpeg",
    ".mpg",
    ".mts",
    ".mxf",
    ".nut",
    ".ogv",
    ".ts",
    ".vob",
    ".wmv",
    ".y4m",
}
"""Suffixes of files that are taken for videos."""

CAMERA = "camera:"


def is_video(place):
    """Whether a name is that of a video or a camera.

    Args:
        place: str or path.

    Returns:
        bool.
    """
    path = pathlib.Path(place)
    named_so = path.suffix.lower() in SUFFIXES and not path.is_dir()
    return is_camera(place) or named_so


def is_camera(place):
    """Whether a name is that of a camera, such as `camera:0`."""
    return str(place).startswith(CAMERA)


def check_video_output(path):
    """Raises unless a video of this name can be written.

    Args:
        path: str or path.

    Raises:
        ValueError: If the suffix is not one of `CODECS`.
    """
    if pathlib.Path(path).suffix.lower() not in CODECS:
        raise ValueError(
            "A video is translated into a file that ends in "
            f"{', '.join(CODECS)}. Received: {path}"
        )


def camera_device(name):
    """Returns what to open for a camera, as its system calls it.

    Args:
        name: str, as `camera:0`.

    Returns:
        Pair of str, the device and the format of FFmpeg that reads it.

    Raises:
        ValueError: If there is no such camera.
    """
    number = name.removeprefix(CAMERA)
    if not number.isdecimal():
        raise ValueError(
            f"A camera has a number, as {CAMERA}0. Received: {name}"
        )
    if sys.platform == "darwin":
        return number, "avfoundation"
    device = f"/dev/video{number}"
    if not os.path.exists(device):
        raise ValueError(
            f"There is no camera {number} here ({device} is missing). "
            f"Received: {name}"
        )
    return device, "v4l2"


def check_video_library():
    """Raises if the library that reads and writes videos is missing.

    Raises:
        ValueError: If it is.
    """
    if importlib.util.find_spec("av") is None:
        raise ValueError(
            "Videos need the package av: pip install '.[video]' in a checkout, "
            "pip install 'semst-tf[video]' elsewhere. Received: no package av"
        )
