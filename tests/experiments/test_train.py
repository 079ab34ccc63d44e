"""train.py from outside: what it leaves, and what it refuses."""

import json
import shlex

import keras
import pytest
from folders import contents
from folders import write_images
from PIL import Image
from scripts import assert_one_line
from scripts import run_here
from scripts import run_in_shell

from semst_tf import SemSTConfig
from semst_tf import callbacks
from semst_tf import presets
from semst_tf.training import image_options
from semst_tf.training import run_callbacks

SMALL = (
    "--preset=cut",
    "--set=generator.filters=4",
    "--set=generator.blocks=1",
    "--set=discriminator.filters=4",
    "--set=discriminator.layers=1",
    "--set=contrastive.patches=8",
    "--set=contrastive.units=8",
    "--set=data.crop_size=32",
    "--set=data.resize=",
    "--steps=3",
)


def fill(root):
    write_images(root / "source")
    write_images(root / "target", count=2)


def train(root, *more):
    return run_here(
        "train",
        f"--source={root / 'source'}",
        f"--target={root / 'target'}",
        f"--workdir={root / 'new run'}",
        *SMALL,
        *more,
    )


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A training by one command, with a seed and intervals of its own."""
    root = tmp_path_factory.mktemp("trained")
    fill(root)
    flags = (
        "--seed=5",
        "--interval=2",
        "--checkpoint_every=2",
        "--sample_every=2",
        "--dtype=mixed_bfloat16",
    )
    return root, flags, train(root, *flags)


def test_one_command_trains_to_the_step_that_was_asked_for(trained):
    root, _, result = trained
    assert result.returncode == 0, result.stderr
    assert result.stderr == ""
    model = keras.saving.load_model(root / "new run" / "model.keras")
    assert int(model.optimizer.iterations) == 3


def test_without_a_preset_a_run_goes_on_with_its_own(trained):
    root, flags, _ = trained
    unnamed = [flag for flag in SMALL if not flag.startswith("--preset")]
    result = run_here(
        "train",
        *[f"--{name}={root / name}" for name in ("source", "target")],
        f"--workdir={root / 'new run'}",
        *unnamed,
        *flags,
    )
    assert result.returncode == 0, result.stderr
    assert "preset:" not in result.stdout


def test_without_a_preset_a_new_run_gets_one_that_fits(tmp_path):
    write_images(tmp_path / "source")
    (tmp_path / "target").mkdir()
    for number in range(2):
        white = Image.new("RGB", (64, 64), "white")
        white.save(tmp_path / "target" / f"{number}.png")
    # Stops at the size of the crops, before anything is trained.
    result = run_here(
        "train",
        *[f"--{name}={tmp_path / name}" for name in ("source", "target")],
        f"--workdir={tmp_path / 'run'}",
        "--set=data.crop_size=32",
        "--set=data.resize=16x16",
    )
    assert "preset: semst_distant, by how far apart" in result.stdout
    assert result.returncode == 2, result.stderr


@pytest.mark.parametrize(
    ("flags", "preset"),
    [
        ([], "semst_matched"),
        # Fields that do not go with a start at the colour of the target.
        (
            [
                "--set=generator.palette=4",
                "--set=generator.residual=false",
                "--set=generator.strength=1",
            ],
            "semst",
        ),
    ],
)
def test_without_a_preset_crops_are_matched_where_the_flags_allow_it(
    tmp_path, flags, preset
):
    for name in ("source", "target"):
        write_images(tmp_path / name, count=8)
    result = run_here(
        "train",
        *[f"--{name}={tmp_path / name}" for name in ("source", "target")],
        f"--workdir={tmp_path / 'run'}",
        "--set=data.crop_size=32",
        "--set=data.resize=16x16",
        *flags,
    )
    assert f"preset: {preset}, by how far apart" in result.stdout
    assert result.returncode == 2, result.stderr
    assert "smaller than the crop" in result.stderr


def test_without_a_preset_far_domains_do_not_begin_at_the_input(tmp_path):
    for name, colour in (("source", "black"), ("target", "white")):
        (tmp_path / name).mkdir()
        for number in range(2):
            image = Image.new("RGB", (64, 64), colour)
            image.save(tmp_path / name / f"{number}.png")
    result = run_here(
        "train",
        *[f"--{name}={tmp_path / name}" for name in ("source", "target")],
        f"--workdir={tmp_path / 'run'}",
        "--set=data.crop_size=32",
        "--set=generator.palette=4",
        "--set=generator.residual=false",
        "--set=generator.strength=1",
    )
    assert "preset: semst_distant, by how far apart" in result.stdout
    assert_one_line(result, "generator.target_start")


def test_flags_reach_the_configuration(trained):
    root, _, _ = trained
    stored = json.loads((root / "new run" / "config.json").read_text())
    config = SemSTConfig.from_dict(stored["config"])
    assert config.preset == "cut"
    assert config.seed == 5
    assert config.generator.filters == 4
    assert config.training.steps == 3
    assert config.data.resize is None
    assert stored["dtype"] == "mixed_bfloat16"
    names = {path.name for path in (root / "new run" / "samples").iterdir()}
    assert names == {"step_00000002.png", "step_00000003.png"}


def test_it_ends_with_where_the_model_is_and_a_command_that_works(
    trained, tmp_path, monkeypatch
):
    root, _, result = trained
    *_, trained_line, translate_line = result.stdout.splitlines()
    assert trained_line == f"trained: {root / 'new run'}/model.keras"
    run = str(root / "new run")
    assert f"--model={shlex.quote(run)}" in translate_line
    monkeypatch.chdir(tmp_path)
    Image.new("RGB", (9, 7)).save("image.jpg")
    arguments = ("--input=image.jpg", "--output=translated")
    for argument in arguments:
        assert argument in translate_line
    translated = run_here(
        "translate", f"--model={root / 'new run'}", *arguments
    )
    assert translated.returncode == 0, translated.stderr
    with Image.open(tmp_path / "translated" / "image.jpg") as image:
        assert image.size == (9, 7)


def test_repeating_the_command_does_not_train_again(trained):
    root, flags, _ = trained
    before = contents(root)
    result = train(root, *flags)
    assert result.returncode == 0, result.stderr
    assert contents(root) == before


def test_other_settings_in_the_same_directory_are_refused_by_name(trained):
    root, flags, _ = trained
    before = contents(root)
    result = train(root, *flags, "--set=optimizer.learning_rate=0.1")
    assert_one_line(result, "config.optimizer.learning_rate: 0.0002 -> 0.1")
    assert contents(root) == before


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--source={root}/missing", ["No such file", "missing"]),
        ("--source=", ["Received: ''"]),
        ("--source={root}/empty", ["no images", "empty"]),
        ("--source={root}/bad", ["text.png"]),
        ("--source={root}/truncated", ["truncated.png"]),
        ("--source={root}/target", ["same images"]),
        ("--target={root}/source/0.png", ["also in the other"]),
        ("--source={root}/small", ["smaller than the crop", "8x8"]),
        ("--source=tfds:", ["tfds:"]),
        ("--preset=nope", ["no such preset", "tiny", "'nope'"]),
        ("--preset=", ["no such preset"]),
        ("--set=generator.filtres=4", ["Did you mean generator.filters"]),
        ("--set=generator.filters", ["--set takes field=value"]),
        ("--set=generator.filters=", ["takes int", "''"]),
        ("--set=generator.filters=many", ["takes int", "'many'"]),
        ("--set=generator=4", ["group of fields"]),
        ("--set=generator.input_channels=2", ["channels"]),
        ("--set=data.crop_size=-32", ["positive", "-32"]),
        ("--set=data.crop_size=5", ["data.crop_size", "at least 6"]),
        ("--set=data.crop_size=32x5", ["data.crop_size", "at least 6"]),
        ("--set=data.batch_size=0", ["positive"]),
        ("--set=data.resize=-5", ["resize"]),
        ("--set=data.resize=wide", ["wide"]),
        ("--set=data.resize_filter=sharp", ["sharp"]),
        ("--set=optimizer.learning_rate=nan", ["learning_rate"]),
        ("--steps=-1", ["training.steps", "-1"]),
        ("--steps=many", ["--help"]),
        ("--seed=-1", ["seed", "-1"]),
        ("--dtype=float3", ["float3", "--help"]),
        ("--interval=0", ["interval=0"]),
        ("--checkpoint_every=30", ["checkpoint_every=30"]),
        ("--sample_every=-100", ["sample_every=-100"]),
        ("--keep_checkpoints=0", ["keep_checkpoints=0"]),
        ("--devices=toaster", ["devices='toaster'"]),
        ("--validate_source={root}/missing", ["No such file", "missing"]),
        ("--set=training.accumulation=2", ["must divide", "Received: 2"]),
        ("--workdir=", ["workdir"]),
        ("--workdir={root}/source/0.png", ["0.png"]),
        ("--workdir={root}/source/0.png/run", ["0.png"]),
        ("--wrokdir=x", ["wrokdir", "--help"]),
        ("stray", ["unexpected argument 'stray'"]),
    ],
)
def test_wrong_input_is_one_line_and_nothing_is_written(
    tmp_path, monkeypatch, flag, words
):
    fill(tmp_path)
    (tmp_path / "empty").mkdir()
    write_images(tmp_path / "small", size=(8, 8))
    for name in ("bad", "truncated"):
        write_images(tmp_path / name)
    (tmp_path / "bad" / "text.png").write_text("no image\n")
    whole = (tmp_path / "truncated" / "0.png").read_bytes()
    (tmp_path / "truncated" / "truncated.png").write_bytes(whole[:-50])
    monkeypatch.chdir(tmp_path)
    before = contents(tmp_path)
    assert_one_line(train(tmp_path, flag.format(root=tmp_path)), *words)
    assert contents(tmp_path) == before


def test_validations_between_intervals_are_refused(tmp_path):
    fill(tmp_path)
    before = contents(tmp_path)
    flags = (f"--validate_source={tmp_path / 'source'}", "--validate_every=150")
    assert_one_line(train(tmp_path, *flags), "--validate_every", "150")
    assert contents(tmp_path) == before


def test_an_image_that_goes_away_while_training_is_one_line(
    tmp_path, monkeypatch
):
    fill(tmp_path)

    class Intervals(callbacks.Intervals):
        def on_train_begin(self, logs=None):
            (tmp_path / "source" / "1.png").unlink(missing_ok=True)
            super().on_train_begin(logs)

    # Nothing is kept in memory: every step reads files.
    monkeypatch.setattr(image_options, "CACHE_BYTES", 0)
    monkeypatch.setattr(run_callbacks, "Intervals", Intervals)
    result = train(tmp_path, "--steps=1000")
    assert_one_line(result, "could not be read while training", "1.png")


def test_determinism_that_another_backend_cannot_promise_is_refused(
    tmp_path, monkeypatch
):
    fill(tmp_path)
    before = contents(tmp_path)
    monkeypatch.setattr(keras.backend, "backend", lambda: "jax")
    result = train(tmp_path, "--deterministic")
    assert_one_line(result, "xla_gpu_deterministic_ops", "backend jax")
    assert contents(tmp_path) == before


def test_missing_flags_are_named():
    assert_one_line(run_here("train"), "--source", "--target", "--workdir")


def test_help_describes_every_preset_and_is_no_failure():
    result = run_in_shell("train", "--help")
    assert result.returncode == 0
    assert "Example:" in result.stdout
    for preset in presets():
        assert preset in result.stdout
    assert "docs/options.md" in result.stdout
