"""quickstart.py from outside, with networks that are small enough here."""

import importlib
import json
import re
import shlex

import pytest
from folders import contents
from scripts import EXPERIMENTS
from scripts import assert_one_line
from scripts import run_here
from scripts import run_in_shell
from small import small_config

from semst_tf.data import ImageCollection
from semst_tf.data import read_image
from semst_tf.data import sample_photos


@pytest.fixture(scope="module")
def small_tiny():
    """Makes the preset `tiny` smaller still."""
    config = small_config(
        "tiny", **{"data.crop_size": 32, "data.resize": "short:48"}
    )
    with pytest.MonkeyPatch.context() as patch:
        presets = importlib.import_module("semst_tf.config.preset_configs")
        patch.setitem(presets._CONFIGS, "tiny", config)
        yield


@pytest.fixture(scope="module")
def quickstart(tmp_path_factory, small_tiny):
    """The run directory and what was printed."""
    workdir = tmp_path_factory.mktemp("quick start") / "runs" / "first"
    result = run_here("quickstart", f"--workdir={workdir}", "--steps=2")
    assert result.returncode == 0, result.stderr
    return workdir, result


def commands(workdir):
    page = (workdir / "index.html").read_text()
    return re.findall("<pre>(.*?)</pre>", page)


def test_it_ends_with_where_to_look(quickstart):
    workdir, result = quickstart
    page = workdir / "index.html"
    last = result.stdout.splitlines()[-1]
    assert last == f"done; open {page} in a browser"
    assert page.is_file()
    assert result.stderr == ""


def test_the_bar_runs_to_the_end_and_shows_the_loss(quickstart):
    assert "2/2" in quickstart[1].stdout
    assert "loss: " in quickstart[1].stdout


def test_the_page_shows_every_sample_photo(quickstart):
    workdir, _ = quickstart
    count = len(ImageCollection(sample_photos()[0]))
    page = (workdir / "index.html").read_text()
    shown = re.findall('<img src="(.*?)"', page)
    assert len(shown) == 3 * count
    for place in shown:
        assert read_image(workdir / place).shape[0] == 320
    source = read_image(workdir / "page" / "source_0.jpg").astype(int)
    translation = read_image(workdir / "page" / "translation_0.jpg")
    assert abs(source - translation).mean() > 1


def test_the_page_has_a_curve_for_every_loss(quickstart):
    workdir, _ = quickstart
    record = json.loads((workdir / "metrics.json").read_text())
    page = (workdir / "index.html").read_text()
    for name in set(record["history"][0]) - {"step", "seconds"}:
        assert f">{name}</text>" in page


def test_the_commands_are_real(quickstart):
    workdir, _ = quickstart
    called = [
        shlex.split(command.replace("&#x27;", "'"))
        for command in commands(workdir)
    ]
    assert f"--model={workdir}" in called[0]
    scripts = [command[1].split("/")[-1] for command in called]
    assert scripts == ["translate.py", "demo.py", "check_data.py", "train.py"]
    for command in called:
        script = command[1]
        text = (EXPERIMENTS.parent / script).read_text()
        text += (EXPERIMENTS / "training_flags.py").read_text()
        for flag in command[2:]:
            name = flag[2:].split("=")[0]
            assert f'"{name}"' in text, flag


def test_a_second_time_only_writes_the_page_again(quickstart):
    workdir, _ = quickstart
    before = contents(workdir)
    (workdir / "index.html").unlink()
    result = run_here("quickstart", f"--workdir={workdir}", "--steps=2")
    assert result.returncode == 0, result.stderr
    after = contents(workdir)
    assert set(after) == set(before)
    for name in ("model.keras", "metrics.json", "config.json"):
        assert after[name] == before[name]


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--steps=-3", ["training.steps", "-3"]),
        ("--steps=0", ["training.steps"]),
        ("--workdir=", ["workdir"]),
        ("--workdir={root}/file", ["file"]),
        ("--workdir={root}/file/run", ["file"]),
        ("--setps=3", ["setps", "--help"]),
        ("stray", ["unexpected argument"]),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(
    tmp_path, monkeypatch, small_tiny, flag, words
):
    (tmp_path / "file").write_text("in the way")
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path)
    result = run_here(
        "quickstart",
        f"--workdir={tmp_path / 'run'}",
        "--steps=2",
        flag.format(root=tmp_path),
    )
    assert_one_line(result, *words)
    assert contents(tmp_path) == before


def test_help_is_no_failure():
    result = run_in_shell("quickstart", "--help")
    assert result.returncode == 0
    assert "Example:" in result.stdout and "--workdir" in result.stdout
