"""A video that is written in segments, so that nothing is lost."""

import contextlib
import heapq
import json
import pathlib
import shutil

import numpy as np

from semst_tf.inference.video_frame import encodable_frame
from semst_tf.inference.video_names import CODECS
from semst_tf.storage.atomic_files import remove_unfinished
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.atomic_files import write_json
from semst_tf.storage.sole_writer import sole_writer

SEGMENT = 32
"""Frames of a segment, and from one key frame to the next."""

_SETTINGS = "settings.json"


class SegmentedVideo:
    """Writes a video in segments, and joins them when all are there.

    Segments are encoded one by one into a folder beside the output,
    `NAME.parts`. Each is wholly there or not at all, so that a process that
    is killed loses the frames of the one that it was writing. `join` copies
    their frames into one file without encoding them again, beside the audio
    of the source, and removes the folder. Frames that look ahead would tie
    segments together, so that there are none (B-frames).

    The same frames and settings give the same file, however often the work
    was interrupted.

    Args:
        output: Path of the video. It appears when it is finished.
        source: `VideoFile` or `Camera`: its time base, rate, colours and
            shape of pixels are kept.
        settings: Dict that JSON can hold: what the frames depend on. A
            folder of segments with other settings is not continued.
        crf: int. Constant rate factor of the encoder, from 0 to 51; less is
            better and larger. Defaults to `18`.
        restart: bool. Remove segments that cannot be continued instead of
            raising. Defaults to `False`.

    Attributes:
        frames: int. Frames in finished segments.
        state: Dict from str to array: what was given with the last of them;
            empty if there are none.
        pixel_format: str. `"yuv420p"`, or `"yuv444p"` where height or width
            is odd: half of an odd size is none.

    Raises:
        OSError: If the folder cannot be written.
        ValueError: If segments with other settings are there, or another
            process is writing the same video.
    """

    def __init__(self, output, source, settings, crf=18, restart=False):
        import av

        self.output = pathlib.Path(output)
        self.folder = self.output.with_name(f"{self.output.name}.parts")
        self.source = source
        self.crf = crf
        odd = source.size[0] % 2 or source.size[1] % 2
        self.pixel_format = "yuv444p" if odd else "yuv420p"
        self._codec = CODECS[self.output.suffix.lower()]
        self._check_audio()
        # Encoders of one version continue what they began.
        settings = {**settings, "crf": crf, "av": av.__version__}
        with contextlib.ExitStack() as stack:
            stack.enter_context(sole_writer(self.folder))
            self._open_folder(settings, restart)
            self._read_folder()
            self._closing = stack.pop_all()
        self._segment = None

    def _read_folder(self):
        """How far earlier calls came."""
        done = self._finished()
        self.frames = sum(len(self._record(i)["pts"]) for i in range(done))
        record = self._record(done - 1) if done else {}
        self.state = {
            name.removeprefix("state/"): values
            for name, values in record.items()
            if name.startswith("state/")
        }
        self._segments = done

    def add(self, image, frame, state):
        """Adds a frame.

        Args:
            image: uint8 array `(height, width, 1 or 3)`.
            frame: `VideoFrame` with its time stamp and duration.
            state: Function without arguments. Returns what the frames to come
                depend on, a dict from str to array; it is asked at the end of
                a segment.

        Raises:
            OSError: If it cannot be written.
        """
        if self._segment is None:
            self._segment = _Segment(self, self._path(self._segments))
        self._segment.add(image, frame)
        if len(self._segment.pts) == SEGMENT:
            self.finish(state)

    def finish(self, state):
        """Finishes a segment that is shorter than the others.

        Args:
            state: As for `add`.
        """
        if self._segment is None:
            return
        segment, self._segment = self._segment, None
        with segment.closing():
            # Before the segment, which counts only beside it.
            record = self._path(self._segments).with_suffix(".npz")
            arrays = {f"state/{name}": a for name, a in state().items()}
            arrays["pts"] = np.array(segment.pts, "int64")
            arrays["duration"] = np.array(segment.durations, "int64")
            with replacing(record) as unfinished:
                np.savez(unfinished, **arrays)
        self.frames += len(segment.pts)
        self._segments += 1
        if self._segments == 1 and self.source.audio:
            self._check_container()

    def __enter__(self):
        return self

    def __exit__(self, *error):
        # A segment that is not finished is not continued either.
        if self._segment is not None:
            self._segment.discard()
            self._segment = None
        self._closing.close()

    def join(self):
        """Joins all segments to the output, and removes them.

        Raises:
            OSError: If it cannot be written. The segments stay.
            ValueError: If there is no frame.
        """
        if not self.frames:
            shutil.rmtree(self.folder)
            raise ValueError(
                "There is no frame to write. Received: 0 frames for "
                f"{self.output}"
            )
        with replacing(self.output) as unfinished:
            self._join(unfinished)
        shutil.rmtree(self.folder)

    def _join(self, path):
        with contextlib.ExitStack() as stack:
            target, video, copies, packets = self._opened(stack, path)
            # Muxers want packets in the order of their times.
            for _, _, packet in heapq.merge(
                self._timed(self._video_packets(), lambda _: video, 0),
                self._timed(packets, lambda p: copies[p.stream.index], 1),
                key=lambda timed: timed[:2],
            ):
                target.mux(packet)

    def _opened(self, stack, path):
        """An output with its streams, and the packets of the audio."""
        import av

        fast_start = path.suffix.lower() in (".mp4", ".m4v", ".mov")
        options = {"movflags": "faststart"} if fast_start else {}
        target = stack.enter_context(av.open(str(path), "w", options=options))
        first = stack.enter_context(av.open(str(self._path(0))))
        video = target.add_stream_from_template(first.streams.video[0])
        video.time_base = self.source.time_base
        streams, packets = stack.enter_context(self._audio())
        copies = {
            stream.index: target.add_stream_from_template(stream)
            for stream in streams
        }
        return target, video, copies, packets

    def _check_container(self):
        """Raises after one segment, and not after all, if none can be joined.

        What a container can hold is known for sure when it is begun.
        """
        import av

        path = self.folder / f"header{self.output.suffix}"
        try:
            with contextlib.ExitStack() as stack:
                target, *_ = self._opened(stack, path)
                target.start_encoding()
        except av.FFmpegError as error:
            if isinstance(error, OSError):
                raise
            shutil.rmtree(self.folder)
            raise ValueError(
                "Files of this kind cannot hold the audio of the source as it "
                "is; an --output that ends in .mkv can. Received: "
                f"{', '.join(self.source.audio)} for {self.output.name} "
                f"({error.strerror})"
            ) from error
        finally:
            path.unlink(missing_ok=True)

    def _timed(self, packets, stream_of, kind):
        for packet in packets:
            seconds = float(packet.dts * packet.time_base)
            packet.stream = stream_of(packet)
            yield seconds, kind, packet

    def _video_packets(self):
        """Packets of all segments with the time stamps of the source."""
        import av

        records = [self._record(index) for index in range(self._segments)]
        starts = np.concatenate([record["pts"] for record in records])
        ends = np.append(starts[1:], starts[-1] + records[-1]["duration"][-1])
        first = 0
        for index, record in enumerate(records):
            with av.open(str(self._path(index))) as container:
                packets = (p for p in container.demux(video=0) if p.size)
                for number, packet in enumerate(packets, start=first):
                    packet.time_base = self.source.time_base
                    packet.pts = packet.dts = int(starts[number])
                    packet.duration = int(ends[number] - starts[number])
                    yield packet
            first += len(record["pts"])

    def _audio(self):
        if self.source.is_live:
            return contextlib.nullcontext(([], ()))
        return self.source.audio_packets()

    def _check_audio(self):
        import av

        name = self.output.suffix.lower()[1:]
        format_ = {"mkv": "matroska", "m4v": "mp4"}.get(name, name)
        container = av.open(_Nowhere(), "w", format=format_)
        refused = set(self.source.audio) - set(container.supported_codecs)
        if refused:
            raise ValueError(
                "The audio is copied as it is, and files of this kind cannot "
                "hold it; an --output that ends in .mkv can. Received: "
                f"{', '.join(sorted(refused))} for {self.output.name}"
            )

    def _open_folder(self, settings, restart):
        path = self.folder / _SETTINGS
        remove_unfinished(self.folder)
        reason = self._why_not_continued(path, settings)
        if reason and not (restart and path.is_file()):
            raise ValueError(
                f"{reason}; remove that folder, or choose another "
                f"--output. Received: {self.folder}"
            )
        if reason:
            # Not the folder, which is held against other writers.
            for earlier in self.folder.iterdir():
                earlier.unlink()
        if not path.is_file():
            write_json(path, settings)

    def _why_not_continued(self, path, settings):
        try:
            earlier = json.loads(path.read_text())
        except (OSError, ValueError):
            if any(self.folder.iterdir()):
                return "Beside --output is a folder that holds something else"
            return None
        changed = sorted(
            name
            for name in {*earlier, *settings}
            if earlier.get(name) != settings.get(name)
        )
        if changed:
            return (
                "An earlier call with other settings was not finished "
                f"({', '.join(changed)} differ)"
            )
        if self.source.is_live:
            return "A recording of the camera was not finished"
        return None

    def _path(self, index):
        return self.folder / f"{index:06}.nut"

    def _record(self, index):
        with np.load(self._path(index).with_suffix(".npz")) as record:
            return dict(record)

    def _finished(self):
        """How many segments are whole, counted from the first."""
        index = 0
        while self._path(index).is_file():
            index += 1
        return index


class _Segment:
    """A few frames, encoded into a file that appears when it is closed."""

    def __init__(self, video, path):
        import av

        self.video = video
        self.pts, self.durations = [], []
        self._replacing = contextlib.ExitStack()
        unfinished = self._replacing.enter_context(replacing(path))
        self._container = av.open(str(unfinished), "w", format="nut")
        source = video.source
        stream = self._container.add_stream(
            video._codec, rate=_usual_rate(source)
        )
        stream.height, stream.width = source.size
        stream.pix_fmt = video.pixel_format
        stream.options = _encoder_options(video._codec, video.crf)
        context = stream.codec_context
        context.gop_size = SEGMENT
        context.color_range = 1
        context.colorspace = source.tags.matrix
        context.color_primaries = source.tags.primaries
        context.color_trc = source.tags.transfer
        if source.aspect:
            context.sample_aspect_ratio = source.aspect
        self._stream = stream

    def add(self, image, frame):
        """Encodes a frame."""
        encoded = encodable_frame(
            image, self.video.source.tags, self.video.pixel_format
        )
        # Its place in the segment; its time is in the record.
        encoded.pts = len(self.pts)
        encoded.time_base = 1 / _usual_rate(self.video.source)
        # First, because Ctrl-C may end a recording at any moment.
        self.pts.append(frame.pts)
        self.durations.append(frame.duration)
        self._container.mux(self._stream.encode(encoded))

    @contextlib.contextmanager
    def closing(self):
        """Ends the file, and moves it to its place after what is within."""
        with self._replacing:
            self._container.mux(self._stream.encode(None))
            self._container.close()
            yield

    def discard(self):
        """Leaves nothing of it."""
        error = KeyboardInterrupt()  # Any: it makes `replacing` give up.
        with contextlib.suppress(Exception):
            self._container.close()
        with contextlib.suppress(KeyboardInterrupt):
            self._replacing.__exit__(KeyboardInterrupt, error, None)


class _Nowhere:
    """A file for a muxer that is asked what it can hold."""

    def write(self, data):
        return len(data)


def _usual_rate(source):
    from fractions import Fraction

    return Fraction(source.rate or 25).limit_denominator(1001 * 60)


def _encoder_options(codec, crf):
    if codec == "libx264":
        return {"crf": str(crf), "bf": "0"}
    return {"crf": str(crf), "b": "0", "row-mt": "1", "auto-alt-ref": "0"}
