"""Reading videos: upright frames with their times."""

import numpy as np
import pytest
from videos import STEP
from videos import TIME_BASE
from videos import frame_images
from videos import tone
from videos import write_damaged_video
from videos import write_video

from semst_tf.inference.video_file import VideoFile

av = pytest.importorskip("av", reason="videos need the package av")


def read(path, **arguments):
    return list(VideoFile(path).read(**arguments))


def difference(images, expected):
    """Mean difference, in a video that was compressed."""
    return np.abs(np.subtract(images, expected, dtype="float32")).mean()


@pytest.mark.parametrize("size", [(24, 32), (25, 33)])
def test_frames_have_their_colours_sizes_and_times(tmp_path, size):
    images = frame_images(8, *size)
    odd = {"pixel_format": "yuv444p"} if size[0] % 2 else {}
    video = VideoFile(write_video(tmp_path / "a.mp4", images, **odd))
    frames = list(video.read())
    assert video.size == size
    assert (video.rate, video.frames, video.damaged) == (25, 8, 0)
    assert video.time_base == TIME_BASE
    assert [frame.pts for frame in frames] == [STEP * n for n in range(8)]
    assert {frame.duration for frame in frames} == {STEP}
    assert difference([frame.image for frame in frames], images) < 4


def test_irregular_times_are_those_of_the_file(tmp_path):
    times = [0, 512, 1024, 3000, 3001, 9000, 9500, 12000]
    path = write_video(tmp_path / "a.mp4", pts=times)
    assert [frame.pts for frame in read(path)] == times


@pytest.mark.parametrize("turns", [1, 2, 3])
def test_a_rotation_tag_is_applied(tmp_path, turns):
    images = frame_images()
    path = write_video(tmp_path / "a.mp4", images, rotation=90 * turns)
    video = VideoFile(path)
    upright = np.rot90(images, turns, axes=(1, 2))
    assert video.size == upright.shape[1:3]
    frames = list(video.read())
    assert difference([frame.image for frame in frames], upright) < 4


def test_a_matrix_of_more_lines_is_bt709_if_nobody_says(tmp_path):
    red = np.full((1, 16, 16, 3), (200, 30, 30), "uint8")
    small = VideoFile(write_video(tmp_path / "a.mp4", red)).tags
    large = np.full((1, 720, 16, 3), (200, 30, 30), "uint8")
    assert (small.matrix, small.primaries) == (6, 2)
    assert VideoFile(write_video(tmp_path / "b.mp4", large)).tags.matrix == 1


def test_some_frames_can_be_left_out(tmp_path):
    path = write_video(tmp_path / "a.mp4")
    times = [STEP * number for number in range(8)]
    assert [f.pts for f in read(path, skip=5)] == times[5:]
    assert [f.pts for f in read(path, only=[1, 6])] == [times[1], times[6]]


def test_the_number_of_frames_is_estimated_where_no_file_says(tmp_path):
    assert 7 <= VideoFile(write_video(tmp_path / "a.mkv")).frames <= 10


def test_damaged_places_are_counted_and_the_rest_is_read(tmp_path):
    path = write_damaged_video(tmp_path / "a.mov")
    video = VideoFile(path)
    assert len(list(video.read())) == 7
    assert video.damaged == 1


def sound_only(path):
    with av.open(str(path), "w") as container:
        stream = container.add_stream("aac", 16000, layout="mono")
        frame = tone(av, 1600)
        frame.pts = 0
        container.mux(stream.encode(frame))
        container.mux(stream.encode(None))


def test_what_is_no_video_is_told(tmp_path):
    (tmp_path / "text.mp4").write_text("no video\n")
    (tmp_path / "empty.mp4").write_bytes(b"")
    whole = write_video(tmp_path / "whole.mp4").read_bytes()
    (tmp_path / "half.mp4").write_bytes(whole[: len(whole) // 2])
    sound_only(tmp_path / "sound.mp4")
    for name, message in (
        ("text", "no video that can be read"),
        ("empty", "no video that can be read"),
        ("half", "no video that can be read"),
        ("sound", "no video stream"),
    ):
        with pytest.raises(ValueError, match=f"{message}.*{name}.mp4"):
            VideoFile(tmp_path / f"{name}.mp4")
    with pytest.raises(FileNotFoundError):
        VideoFile(tmp_path / "none.mp4")
