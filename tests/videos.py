"""Tiny videos for tests; they need PyAV, and are skipped without it."""

from fractions import Fraction

import numpy as np
import pytest

TIME_BASE = Fraction(1, 12800)
STEP = 512
"""25 frames a second."""


def frame_images(count=8, height=24, width=32):
    """Frames that tell their number and which way is up."""
    images = np.zeros((count, height, width, 3), "uint8")
    for number, image in enumerate(images):
        image[...] = 20 + 20 * number
        image[: height // 2, : width // 2] = (230, 40, 90)
    return images


def write_video(
    path,
    images=None,
    pts=None,
    rotation=0,
    audio="aac",
    pixel_format="yuv420p",
    codec="libx264",
    start=0,
):
    """Writes a video with a tone, 25 frames a second unless `pts` are given.

    Its clock begins at `start` seconds.

    Returns:
        Its path.
    """
    av = pytest.importorskip("av", reason="videos need the package av")
    images = frame_images() if images is None else images
    pts = pts or [STEP * number for number in range(len(images))]
    with av.open(str(path), "w") as container:
        video = container.add_stream(codec, rate=25)
        video.height, video.width = images.shape[1:3]
        video.pix_fmt = pixel_format
        video.time_base = video.codec_context.time_base = TIME_BASE
        if rotation:
            video.set_display_rotation(rotation)
        sound = audio and container.add_stream(audio, 16000, layout="mono")
        for image, time in zip(images, pts):
            frame = av.VideoFrame.from_ndarray(image, "rgb24")
            frame.pts, frame.time_base = time + start * 12800, TIME_BASE
            container.mux(video.encode(frame))
        container.mux(video.encode(None))
        if audio:
            frame = tone(av, 640 * len(images))
            frame.pts = start * 16000
            container.mux(sound.encode(frame))
            container.mux(sound.encode(None))
    return path


def write_damaged_video(path):
    """Writes a .mov of 8 frames of which one cannot be decoded.

    Returns:
        Its path.
    """
    write_video(path, audio=None, codec="png", pixel_format="rgb24")
    data = bytearray(path.read_bytes())
    start = 0
    for _ in range(5):
        start = data.index(b"\x89PNG", start + 1)
    data[start : start + 8] = bytes(8)
    path.write_bytes(data)
    return path


def tone(av, samples):
    """A tone of 440 Hz."""
    wave = np.sin(np.arange(samples) * 2 * np.pi * 440 / 16000)
    frame = av.AudioFrame.from_ndarray(
        (8000 * wave).astype("int16")[None], "s16", "mono"
    )
    frame.sample_rate = 16000
    return frame


def seconds_of(path):
    """Times at which the frames of a video are shown."""
    import av

    with av.open(str(path)) as container:
        return [
            frame.pts * frame.time_base for frame in container.decode(video=0)
        ]


def packets_of(path, kind):
    """Stored bytes of a stream."""
    import av

    with av.open(str(path)) as container:
        stream = getattr(container.streams, kind)[0]
        return b"".join(bytes(packet) for packet in container.demux(stream))
