"""adapt.py from outside: a whole study, and what is refused."""

import json

import pytest
from folders import contents
from labelled_streets import write_streets
from scripts import assert_one_line
from scripts import run_here
from scripts import run_in_shell

from semst_tf.networks import ResNetGenerator


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("adapt")
    write_streets(folder / "source", count=6, size=(32, 32))
    write_streets(folder / "test", count=2, size=(32, 32))
    ResNetGenerator(filters=4, blocks=1, seed=1).save(folder / "model.keras")
    return folder


def adapt(folder, *more, workdir="run", model="model.keras"):
    return run_here(
        "adapt",
        *([] if model is None else [f"--model={folder / model}"]),
        f"--workdir={folder / workdir}",
        f"--source={folder / 'source/images'}",
        f"--source_labels={folder / 'source/labels'}",
        f"--test={folder / 'test/images'}",
        f"--test_labels={folder / 'test/labels'}",
        "--seeds=1",
        "--filters=2",
        "--steps=2",
        "--checkpoint_every=2",
        "--fine_tuning_steps=2",
        *more,
    )


@pytest.mark.soak
def test_six_images_end_to_end_with_the_deeplab(folder):
    result = adapt(folder, "--segmenter=deeplab")
    assert result.returncode == 0, result.stderr
    results = json.loads((folder / "run" / "results.json").read_text())
    assert list(results["cells"]) == ["untranslated", "translated"]
    table = (folder / "run" / "table.md").read_text()
    assert table in result.stdout
    again = adapt(folder, "--segmenter=deeplab")
    assert table in again.stdout
    assert "untranslated, seed 0" not in again.stdout
    shown = run_here("adapt", f"--show={folder / 'run' / 'results.json'}")
    assert shown.returncode == 0
    assert table in shown.stdout


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--source={root}/nowhere", ["nowhere"]),
        ("--source_labels={root}/test/labels", ["no label for"]),
        ("--source_label_space=camvid", ["no labels of 'camvid'"]),
        ("--source_label_space=mars", ["cityscapes_palette", "'mars'"]),
        ("--source_endings=_img", ["names end in '_img'"]),
        ("--source_size=wide", ["wide"]),
        ("--model={root}/nothing.keras", ["nothing.keras"]),
        ("--model=", ["--model"]),
        ("--classes=road,river", ["river"]),
        ("--steps=3", ["checkpoint_every"]),
        ("--seeds=0", ["seeds"]),
        ("--fine_tuning={root}/test/images", ["--fine_tuning_labels"]),
        ("--show={root}/nothing/*.json", ["no results"]),
        ("--show={root}/model.keras", []),
        ("--mode=sliced", ["mode"]),
        ("--strength=0.5", ["generator.residual"]),
        ("--baselines=fda", ["--target"]),
        ("--self_training", ["--target"]),
        ("--target={root}/nowhere", ["nowhere"]),
        ("--strengths=half", ["--strengths", "half"]),
        ("--oracle={root}/test/images", ["--oracle_labels"]),
        ("--backbone_rate=-1", ["backbone_rate"]),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(folder, flag, words):
    before = contents(folder)
    result = adapt(folder, flag.format(root=folder), workdir="refused")
    assert_one_line(result, *words)
    assert contents(folder) == before


def test_without_a_translator_baselines_and_a_ceiling_are_trained(folder):
    target = folder / "test"
    result = adapt(
        folder,
        f"--target={target / 'images'}",
        "--baselines=fda",
        f"--oracle={target / 'images'}",
        f"--oracle_labels={target / 'labels'}",
        model=None,
        workdir="baselines",
    )
    assert result.returncode == 0, result.stderr
    head = (folder / "baselines" / "table.md").read_text().splitlines()[0]
    assert head == "| IoU | untranslated | FDA | target labels |"


def test_a_json_file_of_something_else_is_no_result(folder, tmp_path):
    (tmp_path / "other.json").write_text("[1, 2]")
    result = run_here("adapt", f"--show={tmp_path / 'other.json'}")
    assert_one_line(result, "other.json")


def test_a_damaged_label_is_found_before_anything_is_written(folder, tmp_path):
    streets = write_streets(tmp_path / "damaged", count=2, size=(32, 32))
    path = streets / "labels" / "1.png"
    path.write_bytes(path.read_bytes()[:-40])
    result = adapt(
        folder,
        f"--source={streets / 'images'}",
        f"--source_labels={streets / 'labels'}",
        workdir="refused",
    )
    assert_one_line(result, "1.png")
    assert not (folder / "refused").exists()


def test_help_describes_every_flag():
    result = run_in_shell("adapt", "--help")
    assert result.returncode == 0
    for flag in ("model", "workdir", "source_labels", "test_size", "show"):
        assert f"--{flag}" in result.stdout
