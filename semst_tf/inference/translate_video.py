"""Translates a video, frame by frame."""

import collections
import contextlib
import hashlib
import os
import pathlib
from concurrent.futures import ThreadPoolExecutor

import numpy as np

from semst_tf.data.channels import convert_channels
from semst_tf.data.channels import converted_channels
from semst_tf.inference.camera import Camera
from semst_tf.inference.segmented_video import SegmentedVideo
from semst_tf.inference.translate import check_mode
from semst_tf.inference.translate import translate
from semst_tf.inference.video_file import VideoFile
from semst_tf.inference.video_names import check_video_output
from semst_tf.inference.video_names import is_camera
from semst_tf.tiling.temporal_statistics import TemporalStatistics
from semst_tf.tiling.temporal_statistics import has_statistics

TEMPORAL = ("frame", "shared", "running")
"""Whose statistics normalise a frame, see `frame_statistics`."""

MEASURED_FRAMES = 8
"""Frames of which `"shared"` takes the statistics."""

MEMORY = 100
"""Frames that the average of `"running"` reaches back to."""


def translate_video(
    translator,
    source,
    output,
    temporal=None,
    mode="whole",
    tile=None,
    crf=18,
    seconds=None,
    overwrite=False,
    progress=None,
    note=None,
):
    """Translates a video file, or what a camera sees, into a video file.

    Time stamps, size, shape of pixels and colour tags are those of the
    source, audio is copied as it is stored. A display matrix (the rotation
    tag of a phone) is applied, so that frames are translated upright, and is
    not in the output. Frames are 8 bit.

    What is done is kept beside the output, see `SegmentedVideo`: the same
    call continues after an interruption. The output appears when it is
    finished.

    Args:
        translator: As for `semst_tf.inference.translate.translate`, of
            images of 1 or 3 channels.
        source: Path of a video file, or `"camera:0"` and so on.
        output: Path of the video, `.mp4`, `.m4v`, `.mov`, `.mkv` or `.webm`.
        temporal: str or `None`. See `frame_statistics`; `None` is its
            `default_temporal`.
        mode: str. `"whole"`, `"tiled"` or `"exact_tiled"`, as for
            `translate`.
        tile: int or `None`. As for `translate`.
        crf: int. Constant rate factor of the encoder. Defaults to `18`.
        seconds: float or `None`. How long to record a camera; `None` until
            Ctrl-C.
        overwrite: bool. Replace an output that is there, and segments of an
            earlier call with other settings. Defaults to `False`.
        progress: Function of the frames done and to do in this call, those
            to do being 0 where their number is unknown; or `None`.
        note: Function of a sentence about what is not as in the source, or
            `None`.

    Returns:
        int. Frames of the output.

    Raises:
        OSError: If a file cannot be read or written.
        ValueError: If the source is no video, does not fit the translator, or
            the output is the source or exists. Also, when all is written, if
            places of the source could not be decoded.
    """
    output = pathlib.Path(output)
    check_video_output(output)
    check_mode(translator, mode, tile)
    _check_channels(translator)
    _check_output(source, output, overwrite)
    if is_camera(source):
        video = Camera(str(source), seconds)
    else:
        video = VideoFile(source)
    temporal = temporal or default_temporal(translator, mode, video.is_live)
    statistics = frame_statistics(translator, temporal, mode, video.is_live)
    settings = {
        "source": _identity(source),
        "translator": _digest(translator),
        "temporal": temporal,
        "mode": mode,
        "tile": tile,
    }

    def translated(frame):
        image = convert_channels(frame.image, translator.input_channels)
        return translate(
            translator, image, mode=mode, tile=tile, statistics=statistics
        )

    with SegmentedVideo(output, video, settings, crf, overwrite) as written:
        for sentence in _notes(video, written):
            (note or print)(sentence)
        if written.state:
            statistics.restore(written.state)
        elif temporal == "shared":
            for frame in spread_frames(video, MEASURED_FRAMES):
                translated(frame)
            statistics.freeze()
        _write_frames(video, written, translated, statistics, progress)
        written.join()
    if video.damaged:
        raise ValueError(
            f"{video.damaged} pieces of the video are damaged and left out; "
            f"the other {written.frames} frames are translated. "
            f"Received: {source}"
        )
    return written.frames


def frame_statistics(translator, temporal, mode="whole", live=False):
    """Returns what carries statistics of normalisations between frames.

    - `"frame"`: each frame has its own, as an image has.
    - `"shared"`: all have the mean of those of some frames spread over the
      video.
    - `"running"`: an average over about 100 frames before each frame, which
      follows a video whose light changes.

    Args:
        translator: What translates.
        temporal: str. One of these.
        mode: str. How frames are translated. Defaults to `"whole"`.
        live: bool. Whether frames come from a camera. Defaults to `False`.

    Returns:
        `TemporalStatistics`, or `None` for `"frame"`.

    Raises:
        ValueError: If this is not possible.
    """
    if temporal not in TEMPORAL:
        raise ValueError(
            f"`temporal` must be one of {', '.join(TEMPORAL)}. "
            f"Received: temporal={temporal!r}"
        )
    if temporal == "frame":
        return None
    if temporal == "shared" and live:
        raise ValueError(
            "What a camera will see is not known before; use "
            "temporal='running'. "
            "Received: temporal='shared'"
        )
    if mode == "exact_tiled":
        raise ValueError(
            "mode='exact_tiled' finds the statistics of each frame anew; use "
            "mode='tiled', or temporal='frame'. "
            f"Received: temporal={temporal!r}"
        )
    return TemporalStatistics(
        translator, MEMORY if temporal == "running" else None
    )


def default_temporal(translator, mode="whole", live=False):
    """The value of `temporal` where none is given.

    Args:
        translator: What translates.
        mode: str. How frames are translated. Defaults to `"whole"`.
        live: bool. Whether frames come from a camera. Defaults to `False`.

    Returns:
        str. `"shared"`, or `"running"` for a camera, or `"frame"` where
        frames cannot share statistics.
    """
    if mode == "exact_tiled" or not has_statistics(translator):
        return "frame"
    return "running" if live else "shared"


def spread_frames(video, count):
    """Reads a few frames that stand for a video.

    Args:
        video: `VideoFile`.
        count: int. How many.

    Returns:
        Iterator over `VideoFrame`s, spread evenly; the first ones of a video
        whose length is unknown.
    """
    return video.read(only=spread_numbers(video.frames or count, count))


def spread_numbers(total, count):
    """Returns a few of many numbers.

    Args:
        total: int. How many there are.
        count: int. How many are wanted.

    Returns:
        Increasing list of at most `count` of the numbers from 0 to `total`,
        spread evenly.
    """
    count = min(count, total)
    return [(2 * i + 1) * total // (2 * count) for i in range(count)]


def read_ahead(frames, count=2):
    """Lets a thread read the next frames while the last one is translated.

    Args:
        frames: Generator.
        count: int. Frames that wait.

    Yields:
        What the generator yields; it is closed in the end.
    """
    waiting = collections.deque()
    with contextlib.closing(frames), ThreadPoolExecutor(1) as reader:
        waiting.extend(reader.submit(next, frames, None) for _ in range(count))
        while (frame := waiting.popleft().result()) is not None:
            waiting.append(reader.submit(next, frames, None))
            yield frame


def _write_frames(video, written, translated, statistics, progress):
    """Translates what is left of a video, to its end or until Ctrl-C."""

    def state():
        return {} if statistics is None else statistics.arrays()

    frames = video.read(written.frames)
    if not video.is_live:
        frames = read_ahead(frames)
    to_do = max(video.frames - written.frames, 0)
    with contextlib.closing(frames):
        try:
            for done, frame in enumerate(frames, start=1):
                written.add(translated(frame), frame, state)
                if progress is not None:
                    # Where there are more than were estimated, it is unknown.
                    progress(done, to_do if done <= to_do else 0)
        except KeyboardInterrupt:
            if not video.is_live:
                raise
            # It is how a recording ends.
        written.finish(state)


def _check_channels(translator):
    channels = translator.input_channels, translator.output_channels
    if converted_channels(3, channels[0]) is None or channels[1] not in (1, 3):
        raise ValueError(
            "Frames of a video are in colour or grey. Received: a model from "
            f"{channels[0]} to {channels[1]} channels"
        )


def _check_output(source, output, overwrite):
    if not output.exists():
        return
    if not is_camera(source) and os.path.samefile(source, output):
        raise ValueError(
            "The input would be replaced by its translation; choose another "
            f"--output. Received: {output}"
        )
    if not overwrite or output.is_dir():
        raise ValueError(
            "The output is there already; use another --output, or "
            f"--overwrite. Received: {output}"
        )


def _identity(source):
    if is_camera(source):
        return str(source)
    status = os.stat(source)
    name = pathlib.Path(source).name
    return [name, status.st_size, status.st_mtime_ns]


def _digest(translator):
    """Tells translators apart."""
    digest = hashlib.sha256()
    if hasattr(translator, "get_weights"):
        for weight in translator.get_weights():
            digest.update(np.ascontiguousarray(weight).tobytes())
        digest.update(str(getattr(translator, "strength", None)).encode())
        radius = getattr(translator, "guided_radius", None)
        if radius is not None:  # Without, parts of earlier versions go on.
            digest.update(str(radius).encode())
    else:
        for path in sorted(pathlib.Path(translator.folder).rglob("*")):
            if path.is_file():
                digest.update(path.read_bytes())
    return digest.hexdigest()


def _notes(video, written):
    if written.frames:
        yield f"continues after {written.frames} frames of an earlier call"
    if written.pixel_format == "yuv444p":
        height, width = video.size
        yield (
            f"{width} x {height} is odd, so that colours are stored at full "
            "size (yuv444p), which not every player shows"
        )
    if video.left_out:
        kinds = ", ".join(sorted(set(video.left_out)))
        yield f"streams that are left out: {kinds}"
