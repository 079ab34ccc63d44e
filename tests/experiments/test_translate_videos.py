"""translate.py for videos and frames, from outside."""

import numpy as np
import pytest
from folders import contents
from PIL import Image
from scripts import assert_one_line
from scripts import run_here
from videos import seconds_of
from videos import write_video

from semst_tf import export
from semst_tf import load_translator
from semst_tf.data import read_image
from semst_tf.networks import ResNetGenerator

pytest.importorskip("av", reason="videos need the package av")


@pytest.fixture(scope="module")
def given(tmp_path_factory):
    """A model, a video, and frames of it."""
    folder = tmp_path_factory.mktemp("given")
    ResNetGenerator(4, 1, residual=True, seed=0).save(folder / "model.keras")
    write_video(folder / "clip.mp4")
    random = np.random.default_rng(0)
    (folder / "frames").mkdir()
    for number in (1, 2, 3, 4, 10):
        image = random.integers(0, 256, (16, 20, 3), "uint8") // number
        Image.fromarray(image).save(folder / "frames" / f"f{number}.png")
    return folder


def translate(given, source, output, *more):
    return run_here(
        "translate",
        f"--model={given / 'model.keras'}",
        f"--input={source}",
        f"--output={output}",
        *more,
    )


def test_a_video_becomes_a_video(given, tmp_path):
    output = tmp_path / "new" / "out.mp4"
    result = translate(given, given / "clip.mp4", output, "--crf=30")
    assert result.returncode == 0, result.stderr
    assert "8/8" in result.stdout
    assert result.stdout.endswith(f"translated 8 frames into {output}\n")
    assert seconds_of(output) == seconds_of(given / "clip.mp4")


def test_frames_of_a_folder_share_statistics_in_the_order_of_numbers(
    given, tmp_path
):
    """f10 comes after f4, which is the fourth and not the fifth."""
    made = {}
    for temporal in ("frame", "running", "shared"):
        output = tmp_path / temporal
        result = translate(
            given, given / "frames", output, f"--temporal={temporal}"
        )
        assert result.returncode == 0, result.stderr
        made[temporal] = {p.name: read_image(p) for p in output.iterdir()}

    def differ(temporal, name):
        return (made[temporal][name] != made["frame"][name]).any()

    assert not differ("running", "f1.png")
    assert differ("running", "f2.png") and differ("running", "f4.png")
    assert all(differ("shared", name) for name in made["frame"])
    few = tmp_path / "few"
    few.mkdir()
    for name in ("f1.png", "f2.png", "f3.png", "f4.png"):
        (few / name).write_bytes((given / "frames" / name).read_bytes())
    translate(given, few, tmp_path / "four", "--temporal=running")
    np.testing.assert_array_equal(
        read_image(tmp_path / "four" / "f4.png"), made["running"]["f4.png"]
    )


def test_frames_share_the_statistics_of_an_export_too(given, tmp_path):
    network = load_translator(given / "model.keras")
    export.saved_model(network, tmp_path / "export", verbose=False)
    made = []
    for model in (given / "model.keras", tmp_path / "export"):
        output = tmp_path / f"of_{model.name}"
        result = run_here(
            "translate",
            f"--model={model}",
            f"--input={given / 'frames'}",
            f"--output={output}",
            "--temporal=shared",
        )
        assert result.returncode == 0, result.stderr
        made.append(read_image(output / "f10.png").astype(int))
    assert np.abs(made[0] - made[1]).max() <= 1


@pytest.mark.parametrize(
    "source, output, more, words",
    [
        ("none.mp4", "out.mp4", (), ["--input finds no video"]),
        ("clip.mp4", "out", (), ["ends in .mp4"]),
        ("clip.mp4", "out.gif", (), ["ends in .mp4"]),
        ("clip.mp4", "clip.mp4", ("--overwrite",), ["would be replaced"]),
        ("clip.mp4", "frames/out.mp4/x.mp4", (), ["Not a directory"]),
        ("clip.mp4", "there.mp4", (), ["--overwrite"]),
        ("clip.mp4", "out.mp4", ("--page=1",), ["--page", "images"]),
        ("clip.mp4", "out.mp4", ("--value_range=0,1",), ["--value_range"]),
        ("clip.mp4", "out.mp4", ("--seconds=2",), ["--seconds", "cameras"]),
        ("clip.mp4", "out.mp4", ("--crf=60",), ["crf"]),
        ("camera:97", "out.mp4", (), ["no camera 97 here"]),
        ("text.mp4", "out.mp4", (), ["text.mp4", "no video"]),
        ("frames", "out.mp4", (), ["into a folder"]),
        ("frames", "out", ("--crf=20",), ["--crf", "videos"]),
        (
            "frames",
            "out",
            ("--temporal=shared", "--mode=exact_tiled"),
            ["exact_tiled", "shared"],
        ),
    ],
)
def test_wrong_input_is_one_line_and_changes_nothing(
    given, source, output, more, words
):
    (given / "text.mp4").write_text("no video\n")
    (given / "there.mp4").write_bytes(b"mine")
    (given / "frames" / "out.mp4").write_bytes(b"a file")
    before = contents(given)
    place = source if source.startswith("camera:") else given / source
    result = translate(given, place, given / output, *more)
    assert_one_line(result, *words)
    assert contents(given) == before
