"""distill.py from outside, with networks that are small enough here."""

import json

import keras
import pytest
from folders import contents
from folders import write_images
from scripts import assert_one_line
from scripts import run_here

from semst_tf.distillation.student_config import STUDENT_FIELDS
from semst_tf.distillation.student_config import student_config
from semst_tf.networks import FastGenerator
from semst_tf.networks import ResNetGenerator
from semst_tf.storage.loss_history import read_history

SIZES = [
    "--set=generator.filters=4",
    "--set=generator.blocks=1",
    "--set=data.crop_size=32",
    "--set=data.resize=none",
    "--set=paired.features=efficientnet_lite0/stride_4",
    "--interval=1",
    "--checkpoint_every=1",
    "--sample_every=1",
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Source, target and a teacher."""
    root = tmp_path_factory.mktemp("distill")
    write_images(root / "source")
    write_images(root / "target", count=2)
    ResNetGenerator(4, 1, seed=0).save(root / "teacher.keras")
    return root


def distill(root, *arguments, workdir="run"):
    return run_here(
        "distill",
        f"--source={root / 'source'}",
        f"--target={root / 'target'}",
        f"--workdir={root / workdir}",
        *SIZES,
        *arguments,
    )


@pytest.fixture(scope="module")
def first(folders):
    return distill(
        folders, f"--teacher={folders / 'teacher.keras'}", "--steps=1"
    )


def test_a_student_is_trained_and_says_what_disk_it_needs(folders, first):
    assert first.returncode == 0, first.stderr
    lines = first.stdout.splitlines()
    told = next(i for i, line in enumerate(lines) if "to translate" in line)
    begun = next(i for i, line in enumerate(lines) if "translating by" in line)
    assert told < begun
    (row,) = read_history(folders / "run" / "metrics.json")
    assert {"paired", "paired_features", "adversarial"} <= set(row)
    model = keras.saving.load_model(folders / "run" / "model.keras")
    assert isinstance(model.generator, FastGenerator)
    assert model.config.preset == "fast"
    assert (folders / "run" / "index.html").exists()


def test_the_same_command_goes_on_with_the_images_that_are_there(
    folders, first
):
    cache = folders / "run" / "teacher"
    before = contents(cache)
    longer = distill(
        folders,
        f"--teacher={folders / 'teacher.keras'}",
        "--steps=2",
        "--accept_changes",
    )
    assert longer.returncode == 0, longer.stderr
    assert "0 images to translate, 3 are there" in longer.stdout
    assert contents(cache) == before
    steps = [r["step"] for r in read_history(folders / "run" / "metrics.json")]
    assert steps == [1, 2]
    description = json.loads((folders / "run" / "config.json").read_text())
    assert "paired" in description["guide_images"]


@pytest.mark.parametrize(
    ("arguments", "words"),
    [
        ([], "--teacher or --teacher_images"),
        (["--teacher={teacher}", "--teacher_images={target}"], "Either"),
        (["--teacher_images={target}"], "no teacher image for 1 of 3"),
        (["--teacher_images={small}"], "of one size"),
        (["--teacher_images={target}", "--cache={target}"], "--cache belongs"),
        (["--teacher={teacher}", "--set=generator.input_channels=1"], "3 chan"),
        (
            ["--teacher={teacher}", "--set=generator.output_channels=1"],
            "makes images of 3 channels",
        ),
        (["--teacher=/no/model"], "no"),
        (["--teacher_images=/no/folder"], "folder"),
        (["--teacher={teacher}", "--set=paired.weight=0"], "paired.weight"),
    ],
)
def test_wrong_input_gets_one_line_and_leaves_nothing(
    folders, tmp_path, arguments, words
):
    small = tmp_path / "small"
    write_images(small, size=(33, 40))
    places = {
        "teacher": folders / "teacher.keras",
        "target": folders / "target",
        "small": small,
    }
    result = run_here(
        "distill",
        f"--source={folders / 'source'}",
        f"--target={folders / 'target'}",
        f"--workdir={tmp_path / 'run'}",
        *SIZES,
        "--steps=1",
        *(argument.format(**places) for argument in arguments),
    )
    assert_one_line(result, words)
    assert not (tmp_path / "run").exists()


def test_fields_of_a_student_can_be_changed():
    config = student_config("faster", {"paired.weight": 3.0})
    assert config.paired.weight == 3.0 and config.generator.filters == 8
    fields = {"paired.weight": 3.0}
    for name, value in {**STUDENT_FIELDS, **fields}.items():
        group, _, field = name.rpartition(".")
        part = getattr(config, group) if group else config
        assert getattr(part, field) == value
