"""A camera, frame by frame, as fast as frames are wanted."""

import threading

from semst_tf.inference.video_frame import VideoFrame
from semst_tf.inference.video_frame import colour_tags
from semst_tf.inference.video_frame import image_of
from semst_tf.inference.video_frame import turns_sideways
from semst_tf.inference.video_names import camera_device
from semst_tf.inference.video_names import check_video_library


class Camera:
    """Gives the newest image of a camera whenever one is asked for.

    Translating may take longer than the camera needs for an image. Those
    that come meanwhile are dropped, and time stamps are those of the images
    that are given, so that a recording plays at real speed.

    Args:
        name: str. `camera:0` is the first camera.
        seconds: float or `None`. How long to read. Defaults to `None`, until
            the camera is gone or the reader stops.

    Attributes:
        size, time_base, rate, frames, tags, aspect, audio, left_out,
            damaged: See `VideoFile`.

    Raises:
        OSError: If the camera cannot be opened.
        ValueError: If there is none, it gives no image, or the package `av`
            is missing.
    """

    is_live = True
    audio = ()
    left_out = ()
    damaged = 0

    def __init__(self, name, seconds=None):
        check_video_library()
        self.seconds = seconds
        device, format_name = camera_device(name)
        self._container = _opened(device, format_name)
        stream = self._container.streams.video[0]
        self._decoded = self._container.decode(stream)
        first = next(self._decoded, None)
        if first is None:
            self._container.close()
            raise ValueError(f"This camera gives no image. Received: {name}")
        self._stored_size = self.size = first.height, first.width
        if turns_sideways(first):
            self.size = first.width, first.height
        self.tags = colour_tags(first)
        self.time_base = stream.time_base
        self.rate = stream.average_rate or stream.guessed_rate
        self.aspect = None
        self.frames = round((seconds or 0) * (self.rate or 0))

    def read(self, skip=0):
        """Reads images until time is up; closes the camera then.

        Args:
            skip: int. Must be 0: what a camera showed is gone.

        Yields:
            `VideoFrame`, the first one with time stamp 0.
        """
        start = None
        newest = _Newest(self._decoded)
        try:
            for frame in newest:
                start = frame.pts if start is None else start
                pts = frame.pts - start
                if self.seconds and pts * self.time_base >= self.seconds:
                    return
                image = image_of(frame, self.tags, self._stored_size)
                yield VideoFrame(image, pts, frame.duration or 0)
        finally:
            if newest.stop():
                self._container.close()


def _opened(device, format_name):
    import av

    return av.open(device, format=format_name)


class _Newest:
    """Iterates over what a thread reads; what was too late is dropped."""

    def __init__(self, coming):
        self._waiting = []
        self._coming = coming
        self._changed = threading.Condition()
        self._ended = self._stopped = False
        self._error = None
        self._thread = threading.Thread(target=self._run, daemon=True)
        self._thread.start()

    def __iter__(self):
        while True:
            with self._changed:
                self._changed.wait_for(lambda: self._waiting or self._ended)
                if not self._waiting:
                    if self._error is not None:
                        raise self._error
                    return
                frame = self._waiting.pop()
            yield frame

    def stop(self):
        """Lets the thread end, and says whether it did."""
        self._stopped = True
        self._thread.join(timeout=5)
        return not self._thread.is_alive()

    def _run(self):
        try:
            for frame in self._coming:
                if self._stopped:
                    return
                with self._changed:
                    self._waiting[:] = [frame]
                    self._changed.notify()
        except Exception as error:  # Raised where frames are asked for.
            self._error = error
        finally:
            with self._changed:
                self._ended = True
                self._changed.notify()
