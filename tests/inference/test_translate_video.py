"""Translating videos: what is kept, what continues, what is refused."""

import gc
import os
import resource
import signal
import sys
import types

import numpy as np
import pytest
from folders import contents
from videos import frame_images
from videos import packets_of
from videos import seconds_of
from videos import write_damaged_video
from videos import write_video

from semst_tf.inference import camera
from semst_tf.inference import segmented_video
from semst_tf.inference import translate_video as module
from semst_tf.inference import video_names
from semst_tf.inference.translate_video import default_temporal
from semst_tf.inference.translate_video import frame_statistics
from semst_tf.inference.translate_video import read_ahead
from semst_tf.inference.translate_video import spread_numbers
from semst_tf.inference.translate_video import translate_video
from semst_tf.inference.video_file import VideoFile
from semst_tf.networks import ResNetGenerator

av = pytest.importorskip("av", reason="videos need the package av")


class Inverter:
    """Translates every image to its negative; stops where it is told to."""

    value_range = target_value_range = None

    def __init__(self, channels=(3, 3), stop_at=None, stop=None):
        self.input_channels, self.output_channels = channels
        self.calls, self.stop_at, self.stop = 0, stop_at, stop

    def get_weights(self):
        return [np.ones(3, "float32")]

    def predict_on_batch(self, images):
        self.calls += 1
        if self.calls == self.stop_at:
            self.stop()
        mean = images.mean(-1, keepdims=True)
        return -(images if self.output_channels > 1 else mean)


@pytest.fixture(autouse=True)
def short_segments(monkeypatch):
    monkeypatch.setattr(segmented_video, "SEGMENT", 3)


@pytest.fixture(scope="module")
def clip(tmp_path_factory):
    return write_video(tmp_path_factory.mktemp("in") / "clip.mp4")


def images_of(path):
    return [frame.image for frame in VideoFile(path).read()]


def interrupt():
    raise KeyboardInterrupt


def quiet(sentence):
    pass


def test_frames_times_and_audio_are_kept(clip, tmp_path):
    output = tmp_path / "out.mp4"
    assert translate_video(Inverter(), clip, output) == 8
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    assert seconds_of(output) == seconds_of(clip)
    assert packets_of(output, "audio") == packets_of(clip, "audio")
    made, source = VideoFile(output), VideoFile(clip)
    assert (made.rate, made.frames) == (source.rate, source.frames)
    wrong = np.subtract(images_of(output), 255.0 - np.array(images_of(clip)))
    assert np.abs(wrong).mean() < 3


@pytest.mark.parametrize("suffix", [".mkv", ".mov", ".webm"])
def test_other_containers(tmp_path, suffix):
    audio = "libopus" if suffix == ".webm" else "aac"
    source = write_video(tmp_path / "in.mkv", audio=audio)
    output = tmp_path / f"out{suffix}"
    assert translate_video(Inverter(), source, output) == 8
    times = np.array(seconds_of(output), "float64")
    np.testing.assert_allclose(np.diff(times), 0.04, atol=1e-3)
    assert packets_of(output, "audio") == packets_of(source, "audio")


def test_a_stream_whose_clock_ran_before_begins_at_zero(tmp_path):
    """Those of broadcasts do; image and sound stay together."""
    source = write_video(tmp_path / "in.mkv", start=5)
    assert seconds_of(source)[0] >= 5
    translate_video(Inverter(), source, tmp_path / "out.mp4")
    apart = []
    for path in (source, tmp_path / "out.mp4"):
        with av.open(str(path)) as container:
            assert path == source or container.start_time < 200_000
            audio, video = (
                container.streams.audio[0],
                container.streams.video[0],
            )
            apart.append(
                float(video.start_time * video.time_base)
                - float(audio.start_time * audio.time_base)
            )
    assert apart[0] == pytest.approx(apart[1], abs=2e-3)


def test_irregular_times_odd_sizes_and_rotation(tmp_path):
    times = [0, 512, 1024, 3000, 3001, 9000, 9500, 12000]
    images = frame_images(8, 25, 33)
    source = write_video(
        tmp_path / "in.mp4",
        images,
        times,
        rotation=90,
        pixel_format="yuv444p",
    )
    said = []
    translate_video(Inverter(), source, tmp_path / "out.mp4", note=said.append)
    assert len(said) == 1 and "25 x 33 is odd" in said[0]
    assert seconds_of(tmp_path / "out.mp4") == seconds_of(source)
    made = images_of(tmp_path / "out.mp4")
    upright = np.rot90(images, 1, axes=(1, 2))
    assert np.abs(np.subtract(made, 255.0 - upright)).mean() < 4


def test_grey_models_translate_the_grey_of_frames(clip, tmp_path):
    output = tmp_path / "out.mp4"
    translate_video(Inverter((1, 1)), clip, output)
    made = np.array(images_of(output), "float32")
    assert np.ptp(made, axis=-1).max() < 4
    assert np.ptp(made) > 50


def test_a_killed_call_is_continued_without_losing_frames(clip, tmp_path):
    """Killed for good, in the middle of the third segment."""
    output = tmp_path / "out.mp4"
    child = os.fork()
    if not child:
        # What it inherits of threads is not there to be cleaned up.
        gc.disable()
        killed = Inverter(
            stop_at=8, stop=lambda: os.kill(os.getpid(), signal.SIGKILL)
        )
        translate_video(killed, clip, output)
        os._exit(0)
    assert os.waitstatus_to_exitcode(os.waitpid(child, 0)[1]) == -9
    assert not output.exists()
    (parts,) = tmp_path.iterdir()
    # What is left of the third where its encoder had begun to write.
    (parts / f".unfinished-{child}-000002.nut").write_bytes(b"half")
    said, progress = [], []
    going_on = Inverter()
    translate_video(
        going_on,
        clip,
        output,
        note=said.append,
        progress=lambda *state: progress.append(state),
    )
    assert going_on.calls == 2
    assert said == ["continues after 6 frames of an earlier call"]
    assert progress == [(1, 2), (2, 2)]
    whole = tmp_path / "whole.mp4"
    translate_video(Inverter(), clip, whole)
    assert output.read_bytes() == whole.read_bytes()
    assert len(list(tmp_path.iterdir())) == 2


def test_averages_go_on_where_they_were(clip, tmp_path):
    generator = ResNetGenerator(4, 1, residual=True, seed=0)
    outputs = [tmp_path / "whole.mp4", tmp_path / "stopped.mp4"]
    translate_video(generator, clip, outputs[0], "running")

    def stop(done, to_do):
        if done == 5:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        translate_video(generator, clip, outputs[1], "running", progress=stop)
    translate_video(generator, clip, outputs[1], "running", note=quiet)
    assert outputs[0].read_bytes() == outputs[1].read_bytes()


def test_shared_statistics_are_measured_once(clip, tmp_path):
    generator = ResNetGenerator(4, 1, residual=True, seed=0)
    assert default_temporal(generator) == "shared"
    translate_video(generator, clip, tmp_path / "out.mp4")
    statistics = frame_statistics(generator, "shared")
    images = images_of(clip)
    for image in images:  # 8 frames are all frames.
        module.translate(generator, image, statistics=statistics)
    statistics.freeze()
    expected = module.translate(generator, images, statistics=statistics)
    made = images_of(tmp_path / "out.mp4")
    assert np.abs(np.subtract(made, expected, dtype="float32")).mean() < 5


@pytest.mark.parametrize(
    "changed",
    [{"crf": 30}, {"temporal": "shared"}, {"source": "touched"}],
    ids=str,
)
def test_other_settings_are_not_mixed_into_what_is_done(
    clip, tmp_path, changed
):
    source = tmp_path / "clip.mp4"
    source.write_bytes(clip.read_bytes())
    output = tmp_path / "out.mp4"
    generator = ResNetGenerator(4, 1, seed=0)
    arguments = {"temporal": "frame", "note": quiet}

    def stop(done, to_do):
        if done == 4:
            raise KeyboardInterrupt

    with pytest.raises(KeyboardInterrupt):
        translate_video(generator, source, output, progress=stop, **arguments)
    before = contents(tmp_path)
    if changed == {"source": "touched"}:
        os.utime(source, (1, 1))
        changed = {}
    arguments.update(changed)
    with pytest.raises(ValueError, match="other settings .*out.mp4.parts"):
        translate_video(generator, source, output, **arguments)
    assert contents(tmp_path) == before
    translate_video(generator, source, output, overwrite=True, **arguments)
    assert len(images_of(output)) == 8


def test_a_folder_of_something_else_beside_the_output_stays(clip, tmp_path):
    parts = tmp_path / "out.mp4.parts"
    parts.mkdir()
    (parts / "mine.txt").write_text("mine")
    before = contents(tmp_path)
    for overwrite in (False, True):
        with pytest.raises(ValueError, match="something else"):
            translate_video(
                Inverter(), clip, tmp_path / "out.mp4", overwrite=overwrite
            )
    assert contents(tmp_path) == before
    # An empty one is taken.
    (parts / "mine.txt").unlink()
    translate_video(Inverter(), clip, tmp_path / "out.mp4")
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]


def test_outputs_that_exist_and_inputs_are_not_replaced(clip, tmp_path):
    source, output = tmp_path / "in.mp4", tmp_path / "out.mp4"
    source.write_bytes(clip.read_bytes())
    output.write_bytes(b"mine")
    (tmp_path / "link.mp4").hardlink_to(source)
    before = contents(tmp_path)
    with pytest.raises(ValueError, match="--overwrite"):
        translate_video(Inverter(), source, output)
    for name in ("in.mp4", "link.mp4"):
        with pytest.raises(ValueError, match="input would be replaced"):
            translate_video(Inverter(), source, tmp_path / name, overwrite=True)
    assert contents(tmp_path) == before
    translate_video(Inverter(), source, output, overwrite=True)
    assert len(images_of(output)) == 8


def test_models_and_outputs_that_do_not_fit_are_refused(clip, tmp_path):
    for channels in ((5, 3), (3, 5), (3, 2)):
        with pytest.raises(ValueError, match="in colour or grey"):
            translate_video(Inverter(channels), clip, tmp_path / "out.mp4")
    with pytest.raises(ValueError, match="ends in .mp4"):
        translate_video(Inverter(), clip, tmp_path / "out.avi")
    with pytest.raises(ValueError, match="audio .*aac for out.webm"):
        translate_video(Inverter(), clip, tmp_path / "out.webm")
    with pytest.raises(ValueError, match="temporal='frame'"):
        translate_video(Inverter(), clip, tmp_path / "out.mp4", "shared")
    assert list(tmp_path.iterdir()) == []


def test_audio_that_a_container_refuses_is_told_after_one_segment(tmp_path):
    """FFmpeg names Opus among what .mov can hold, and then refuses it."""
    source = write_video(tmp_path / "in.mkv", audio="libopus")
    translator = Inverter()
    with pytest.raises(ValueError, match="audio .*opus for out.mov"):
        translate_video(translator, source, tmp_path / "out.mov")
    assert translator.calls == 3
    assert [path.name for path in tmp_path.iterdir()] == ["in.mkv"]


@pytest.mark.parametrize("share, left", [(0.5, 0), (0.1, 9)])
def test_a_full_disk_loses_nothing(tmp_path, share, left):
    """A limit on the size of files stands for a disk that is full.

    Half of the video is enough for its segments, a tenth for none.
    """
    noise = np.random.default_rng(0).integers(0, 256, (9, 64, 64, 3), "uint8")
    source = write_video(tmp_path / "in.mp4", noise, audio=None)
    whole, output = tmp_path / "whole.mp4", tmp_path / "out.mp4"
    translate_video(Inverter(), source, whole)
    size = int(share * whole.stat().st_size)
    limits = resource.getrlimit(resource.RLIMIT_FSIZE)
    resource.setrlimit(resource.RLIMIT_FSIZE, (size, limits[1]))
    try:
        with pytest.raises(OSError, match="large"):
            translate_video(Inverter(), source, output)
    finally:
        resource.setrlimit(resource.RLIMIT_FSIZE, limits)
    assert not output.exists()
    going_on = Inverter()
    translate_video(going_on, source, output, note=quiet)
    assert going_on.calls == left
    assert output.read_bytes() == whole.read_bytes()


def test_a_damaged_video_is_translated_as_far_as_it_can_be_read(tmp_path):
    source = write_damaged_video(tmp_path / "in.mov")
    with pytest.raises(ValueError, match="1 pieces .* other 7 frames"):
        translate_video(Inverter(), source, tmp_path / "out.mp4")
    assert len(images_of(tmp_path / "out.mp4")) == 7


@pytest.fixture
def fake_camera(monkeypatch):
    """A test image of FFmpeg in the place of a camera."""
    monkeypatch.setattr(
        camera, "camera_device", lambda name: (PATTERN, "lavfi")
    )


PATTERN = "testsrc=size=32x24:rate=10:duration=2"


def test_a_camera_is_recorded_until_time_is_up(fake_camera, tmp_path):
    output = tmp_path / "out.mp4"
    frames = translate_video(Inverter(), "camera:0", output, seconds=1)
    times = seconds_of(output)
    assert len(times) == frames
    assert times[0] == 0 and times[-1] < 1
    assert (np.diff(np.array(times, "float64")) > 0).all()


def test_ctrl_c_ends_a_recording_and_keeps_it(fake_camera, tmp_path):
    output = tmp_path / "out.mp4"
    frames = translate_video(
        Inverter(stop_at=2, stop=interrupt), "camera:0", output
    )
    assert frames == len(images_of(output)) == 1


def test_a_recording_without_a_frame_leaves_nothing(fake_camera, tmp_path):
    stopped = Inverter(stop_at=1, stop=interrupt)
    with pytest.raises(ValueError, match="no frame"):
        translate_video(stopped, "camera:0", tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


def test_a_camera_that_gives_no_image_is_told(tmp_path, monkeypatch):
    nothing = f"{PATTERN},trim=end_frame=0"
    monkeypatch.setattr(
        camera, "camera_device", lambda name: (nothing, "lavfi")
    )
    with pytest.raises(ValueError, match="no image. Received: camera:0"):
        translate_video(Inverter(), "camera:0", tmp_path / "out.mp4")
    assert list(tmp_path.iterdir()) == []


@pytest.mark.skipif(sys.platform != "linux", reason="how Linux names devices")
def test_the_library_reads_what_cameras_are_read_through(tmp_path):
    """A file in the place of a device: it is opened, and is none."""

    device = tmp_path / "video0"
    device.write_bytes(b"")
    with pytest.raises(OSError, match="ioctl"):
        av.open(str(device), format="v4l2")


def test_exported_translators_are_told_apart_by_their_files(tmp_path):
    (tmp_path / "model").mkdir()
    (tmp_path / "model" / "saved_model.pb").write_bytes(b"one")
    exported = types.SimpleNamespace(folder=tmp_path / "model")
    first = module._digest(exported)
    assert module._digest(exported) == first
    (tmp_path / "model" / "saved_model.pb").write_bytes(b"two")
    assert module._digest(exported) != first


@pytest.mark.parametrize(
    "changes", [{"strength": 0.5}, {"guided_radius": 4}, {"guided_radius": 8}]
)
def test_a_translator_that_blends_otherwise_is_another(changes):
    network = ResNetGenerator(4, 1, residual=True, seed=0)
    first = module._digest(network)
    for name, value in changes.items():
        setattr(network, name, value)
    assert module._digest(network) != first


def test_cameras_that_are_not_there_are_told(tmp_path):
    for name, message in (
        ("camera:97", "no camera 97 here"),
        ("camera:front", "has a number"),
    ):
        with pytest.raises(ValueError, match=message):
            translate_video(Inverter(), name, tmp_path / "out.mp4")
    with pytest.raises(ValueError, match="temporal='running'"):
        frame_statistics(types.SimpleNamespace(), "shared", live=True)


def test_a_missing_library_names_the_extra(clip, tmp_path, monkeypatch):
    monkeypatch.setattr(
        video_names.importlib.util, "find_spec", lambda name: None
    )
    with pytest.raises(ValueError, match=r"pip install '\.\[video\]'"):
        translate_video(Inverter(), clip, tmp_path / "out.mp4")


def test_frames_are_read_ahead_in_order_and_errors_arrive():
    closed = []

    def numbers():
        try:
            yield from range(5)
            raise ValueError("the end")
        finally:
            closed.append(True)

    got = []
    with pytest.raises(ValueError, match="the end"):
        got.extend(number for number in read_ahead(numbers()))
    assert closed == [True]
    stopped = read_ahead(iter_of(range(9)))
    assert next(stopped) == 0
    stopped.close()


def iter_of(values):
    yield from values


def test_spread_numbers_lie_in_the_middle_of_equal_parts():
    assert list(spread_numbers(100, 4)) == [12, 37, 62, 87]
    assert list(spread_numbers(3, 8)) == [0, 1, 2]
    assert list(spread_numbers(0, 8)) == []


def test_two_at_once_do_not_write_the_same_video(clip, tmp_path):
    output = tmp_path / "out.mp4"
    errors = []

    def second():
        with pytest.raises(ValueError, match="Another process") as error:
            translate_video(Inverter(), clip, output)
        errors.append(error)

    translate_video(Inverter(stop_at=3, stop=second), clip, output)
    assert len(errors) == 1
    assert [path.name for path in tmp_path.iterdir()] == ["out.mp4"]
    assert len(images_of(output)) == len(images_of(clip))


def test_a_call_that_failed_holds_no_later_one_back(
    clip, tmp_path, monkeypatch
):
    output, network = tmp_path / "out.mp4", ResNetGenerator(4, 1)
    with monkeypatch.context() as patch:
        patch.setattr(module, "spread_frames", lambda *_: 1 / 0)
        with pytest.raises(ZeroDivisionError):
            translate_video(network, clip, output, temporal="shared")
    translate_video(network, clip, output, temporal="shared")
    assert output.exists()
