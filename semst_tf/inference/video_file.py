"""A video in a file, frame by frame."""

import contextlib
import pathlib
from fractions import Fraction

from semst_tf.inference.video_frame import VideoFrame
from semst_tf.inference.video_frame import colour_tags
from semst_tf.inference.video_frame import image_of
from semst_tf.inference.video_frame import turns_sideways
from semst_tf.inference.video_names import check_video_library

_TIME_UNITS = 1_000_000
"""In which FFmpeg says when a file starts, in a second."""


class VideoFile:
    """Reads the frames of a video file as upright images.

    Opening it decodes the first frame. What a file says about time is kept:
    frames come with their time stamps, which need not be regular. They count
    from the start of the file, audio included.

    Args:
        path: Path of the file.

    Attributes:
        size: Pair (height, width) of the images.
        time_base: `fractions.Fraction`. Seconds of a unit of time stamps.
        rate: `fractions.Fraction` or `None`. Frames a second, on average.
        frames: int. How many there are, estimated where the file does not
            say; 0 if unknown.
        tags: `ColourTags`.
        aspect: `fractions.Fraction` or `None`. Width of a pixel over its
            height.
        left_out: List of str. Kinds of the streams that are no frames and no
            sound.
        damaged: int. Pieces that could not be decoded so far.

    Raises:
        OSError: If the file cannot be opened.
        ValueError: If it holds no video that can be read, or the package
            `av` is missing.

    Example:

    ```python
    video = VideoFile("drive.mp4")
    images = [frame.image for frame in video.read()]
    ```
    """

    is_live = False

    def __init__(self, path):
        check_video_library()
        self.path = pathlib.Path(path)
        self.damaged = 0
        with self._opened() as (container, stream):
            first = next(self._decoded(container, stream), None)
            if first is None:
                raise ValueError(
                    f"No frame of this video can be read. Received: {path}"
                )
            self._stored_size = first.height, first.width
            self.size, self.aspect = self._stored_size, _aspect(stream)
            if turns_sideways(first):
                self.size = first.width, first.height
                self.aspect = self.aspect and 1 / self.aspect
            self.tags = colour_tags(first)
            self.time_base = stream.time_base
            # Of a recorded broadcast the clock may have run for hours.
            start = max(container.start_time or 0, 0)
            self._start = Fraction(start, _TIME_UNITS)
            self.rate = stream.average_rate or stream.guessed_rate
            self.frames = stream.frames or self._estimated(container)
            self.audio = [
                audio.codec.canonical_name for audio in container.streams.audio
            ]
            self.left_out = [
                other.type
                for other in container.streams
                if other.type != "audio" and other != stream
            ]
        self.damaged = 0

    def read(self, skip=0, only=None):
        """Reads the frames.

        Args:
            skip: int. Frames at the beginning that are decoded and left out.
                Defaults to `0`.
            only: List of int or `None`. Numbers of the frames to give, from 0;
                `None` for all. Defaults to `None`.

        Yields:
            `VideoFrame`, time stamps increasing.
        """
        self.damaged = 0
        last = None
        with self._opened() as (container, stream):
            step = _step(stream)
            start = round(self._start / self.time_base)
            for number, frame in enumerate(self._decoded(container, stream)):
                pts = number * step if frame.pts is None else frame.pts - start
                # Some files repeat a time stamp.
                last = pts if last is None else max(pts, last + 1)
                if only is not None and number > max(only):
                    return
                if number >= skip and (only is None or number in only):
                    image = image_of(frame, self.tags, self._stored_size)
                    yield VideoFrame(image, last, frame.duration or step)

    @contextlib.contextmanager
    def audio_packets(self):
        """Gives the audio as it is stored.

        Yields:
            Pair of the list of the audio streams, and an iterator over their
            packets.
        """
        with self._opened() as (container, _):
            streams = list(container.streams.audio)
            packets = container.demux(streams) if streams else ()
            yield streams, map(self._from_start, filter(_has_time, packets))

    @contextlib.contextmanager
    def _opened(self):
        import av

        try:
            container = av.open(str(self.path), metadata_errors="replace")
        except av.FFmpegError as error:
            if isinstance(error, OSError):
                raise
            raise ValueError(
                "This file is no video that can be read. Received: "
                f"{self.path} ({error.strerror})"
            ) from error
        with container:
            streams = [s for s in container.streams.video if not _cover(s)]
            if not streams:
                raise ValueError(
                    f"This file has no video stream. Received: {self.path}"
                )
            stream = max(streams, key=lambda s: s.width * s.height)
            stream.thread_type = "AUTO"
            yield container, stream

    def _from_start(self, packet):
        """Counts the time of a packet from the start of the file."""
        start = round(self._start / packet.time_base)
        packet.dts -= start
        if packet.pts is not None:
            packet.pts -= start
        return packet

    def _decoded(self, container, stream):
        import av

        for packet in self._packets(container, stream):
            try:
                frames = packet.decode()
            except av.EOFError:
                return
            except av.FFmpegError:
                self.damaged += 1
                continue
            yield from frames

    def _packets(self, container, stream):
        """Packets up to the first that cannot be read, and one to flush."""
        import av

        try:
            yield from container.demux(stream)
        except av.FFmpegError:
            self.damaged += 1
            flush = av.Packet()
            flush.stream = stream
            yield flush

    def _estimated(self, container):
        if not container.duration or not self.rate:
            return 0
        return round(container.duration / _TIME_UNITS * self.rate)


def _has_time(packet):
    return packet.dts is not None


def _cover(stream):
    """Whether a stream is the image on the cover of an audio file."""
    from av.stream import Disposition

    return bool(stream.disposition & Disposition.attached_pic)


def _aspect(stream):
    aspect = stream.sample_aspect_ratio
    return aspect if aspect and aspect != 1 else None


def _step(stream):
    """Usual distance of two frames in units of the time base."""
    rate = stream.average_rate or stream.guessed_rate or 25
    return max(round(1 / (rate * stream.time_base)), 1)
