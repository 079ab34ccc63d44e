"""What is missing is told before TensorFlow is loaded, and paths are names."""

import subprocess
import sys

import pytest
from absl import flags
from scripts import EXPERIMENTS
from scripts import imported_script

WRONG = {
    "train": [
        ["--source=/no/folder", "--target={here}", "--workdir={here}/w"],
        ["--source={here}", "--target=/no/folder@left", "--workdir={here}/w"],
        ["--source={here}", "--target={here}", "--workdir={file}"],
        ["--source={here}", "--target={here}", "--workdir={file}/w"],
        ["--dataroot=/no/folder", "--workdir={here}/w"],
    ],
    "distill": [
        [
            "--teacher=/no/model",
            "--source={here}",
            "--target={here}",
            "--workdir={here}/w",
        ]
    ],
    "translate": [
        ["--model=/no/model", "--input={here}", "--output={here}/o"],
        ["--model=colour", "--input={here}", "--output={here}/o"],
        ["--model=colour2vintage", "--input=/no/*.png", "--output={here}/o"],
        ["--model=colour2vintage", "--input={here}", "--output={file}"],
    ],
    "evaluate": [
        ["--source=/no/folder", "--target={here}", "--output={here}/s.json"],
        ["--source={here}", "--labels=/no/folder", "--output={here}/s.json"],
        ["--source={here}", "--truth={here}", "--output={file}/s.json"],
    ],
    "export": [
        ["--model=/no/model", "--output={here}/e"],
        ["--model={file}", "--verify=/no/export"],
        ["--model={file}", "--output={file}/e"],
    ],
    "adapt": [
        [
            "--model=/no/model",
            "--workdir={here}/w",
            "--source={here}",
            "--source_labels={here}",
            "--test={here}",
            "--test_labels={here}",
        ]
    ],
    "check_data": [["--source=/no/folder", "--target={here}"]],
    "paint_labels": [
        [
            "--labels={here}",
            "--measured=/no/folder@left",
            "--measured_labels={here}",
            "--output={here}/o",
        ]
    ],
    "quickstart": [["--workdir={file}"]],
}
CASES = [(name, case) for name, cases in WRONG.items() for case in cases]
RUN = """
import runpy, sys
script, *arguments = sys.argv[1:]
sys.argv = [script, *arguments]
sys.path.insert(0, script.rpartition("/")[0])
try:
    runpy.run_path(script, run_name="__main__")
except SystemExit as exit:
    loaded = {"tensorflow", "keras", "semst_tf"} & set(sys.modules)
    print("loaded:", *loaded)
    sys.exit(exit.code)
"""


@pytest.mark.parametrize(("name", "arguments"), CASES)
def test_wrong_paths_are_one_line_before_tensorflow_is_loaded(
    name, arguments, tmp_path
):
    (tmp_path / "file").write_text("no folder")
    arguments = [
        text.format(here=tmp_path, file=tmp_path / "file") for text in arguments
    ]
    script = str(EXPERIMENTS / f"{name}.py")
    result = subprocess.run(
        [sys.executable, "-c", RUN, script, *arguments],
        capture_output=True,
        text=True,
        timeout=100,
    )
    assert result.returncode == 2, result.stderr
    assert result.stderr.count("\n") == 1, result.stderr
    assert result.stdout == "loaded:\n"
    assert [path.name for path in tmp_path.iterdir()] == ["file"]


def found(text):
    sys.path.insert(0, str(EXPERIMENTS))
    try:
        import path_flags
    finally:
        sys.path.remove(str(EXPERIMENTS))
    return path_flags.found_paths(text)


def test_a_folder_with_brackets_is_a_name_and_the_rest_a_glob(tmp_path):
    for folder in ("photos [1]", "photos 1"):
        (tmp_path / folder).mkdir()
        for name in ("a.png", "a[b].png", "c.jpg"):
            (tmp_path / folder / name).touch()
    place = tmp_path / "photos [1]"
    assert found(f"{place}/*.png") == [place / "a.png", place / "a[b].png"]
    assert found(f"{place}/a[b].png") == [place / "a[b].png"]
    assert found(str(place)) == [place]
    assert len(found(f"{tmp_path}/**/*.jpg")) == 2
    assert found(f"{place}/*.bmp") == []


def test_a_relative_glob_is_found(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "a.png").touch()
    assert [str(path) for path in found("*.png")] == ["a.png"]
    assert found("missing") == []


def test_an_empty_path_is_not_the_folder_that_a_person_is_in():
    assert found("") == []


def test_home_is_read_where_a_shell_leaves_it_alone(monkeypatch):
    monkeypatch.setenv("HOME", "/home/somebody")
    with imported_script("translate") as (cli, _):
        cli.parse_flags(["translate.py", "--input=~/in", "--output=~tilde.png"])
        assert flags.FLAGS.input == "/home/somebody/in"
        assert flags.FLAGS.output == "~tilde.png"
        fields = cli.assignments(["data.keep=~/masks", "seed=1"])
        assert fields == {"data.keep": "/home/somebody/masks", "seed": "1"}


def test_two_values_for_one_field_are_not_settled_in_silence():
    with imported_script("train") as (cli, _):
        import training_flags

        cli.parse_flags(["train.py", "--steps=2", "--set=training.steps=2"])
        assert training_flags.overrides() == {"training.steps": 2}
        cli.parse_flags(["train.py", "--steps=2", "--set=training.steps=9"])
        with pytest.raises(ValueError, match="short for.*Received: 2 and 9"):
            training_flags.overrides()
