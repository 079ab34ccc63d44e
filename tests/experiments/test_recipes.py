"""Every command of every recipe runs, in order, on phantoms that are small."""

import pathlib
import re
import shlex
import subprocess

import numpy as np
import pytest
from scripts import assert_one_line
from scripts import run_here

from semst_tf.data.image_files import decode_image
from semst_tf.data.nifti_volume import NiftiVolume
from semst_tf.data.slide_file import SlideFile

pytest.importorskip("nibabel")

RECIPES = pathlib.Path(__file__).parents[2] / "docs" / "recipes"
PAGES = sorted(RECIPES.glob("*.md"))

# Later flags win: these make any command of a page a matter of seconds.
SMALL = {
    "phantoms": ["--size=32", "--count=4", "--test=2"],
    "check_data": ["--crop_size=24"],
    "train": [
        "--preset=tiny",
        "--steps=1",
        "--interval=1",
        "--checkpoint_every=1",
        "--sample_every=1",
        "--set=generator.filters=4",
        "--set=generator.blocks=1",
        "--set=generator.residual=true",
        "--set=discriminator.filters=4",
        "--set=discriminator.layers=1",
        "--set=contrastive.patches=4",
        "--set=contrastive.units=4",
        "--set=data.crop_size=24",
        "--set=data.batch_size=1",
        "--set=data.resize=none",
    ],
    "translate": [],
    "paint_labels": [],
    "volume_scores": [],
    "what_survives": [],
}
MEASURED = {
    "mr_to_ct": ("bone_dice", "lesion_contrast", "MAE"),
    "stain_transfer": ("nuclei_kept",),
    "satellite": ("cover_right", "nodata_right 1.000"),
    "simulator_to_road": ("mean_of_classes", "copied 4 other files"),
    "day_to_night": ("mean_of_classes",),
    "label_maps": ("mean_of_classes",),
}


@pytest.fixture
def eagerly():
    """Without graphs, whose making takes longer than one small step."""
    import tensorflow as tf

    tf.config.run_functions_eagerly(True)
    yield
    tf.config.run_functions_eagerly(False)


def commands(page):
    """The commands of a page: lists of a script and its flags, in order."""
    text = page.read_text().replace("\\\n", " ")
    found = []
    for line in re.findall(r"^    (\S.*)$", text, re.MULTILINE):
        words = shlex.split(line)
        if words[0] == "semst-tf":
            name = {"check": "check_data"}.get(words[1], words[1])
            found.append([name, *words[2:]])
        elif words[0] == "python":
            found.append([pathlib.Path(words[1]).stem, *words[2:]])
        else:
            assert words[:2] == ["pip", "install"], line
    return found


@pytest.mark.parametrize("page", PAGES, ids=[page.stem for page in PAGES])
def test_every_command_of_the_page_runs(page, tmp_path, monkeypatch, eagerly):
    monkeypatch.chdir(tmp_path)
    printed = ""
    for name, *flags in commands(page):
        if name == "recipe_study":  # A study of hours; see its own test.
            continue
        result = run_here(name, *flags, *SMALL[name])
        assert result.returncode == 0, (name, flags, result.stderr)
        printed += result.stdout
    for words in MEASURED[page.stem]:
        assert words in printed
    assert "What must not be concluded" in page.read_text()
    if page.stem == "mr_to_ct":
        source = NiftiVolume("phantoms/mr_ct/test/mr/head0.nii.gz")
        output = NiftiVolume("synthetic/head0.nii.gz")
        np.testing.assert_allclose(output.affine, source.affine)
        assert output.shape == source.shape and output.dtype == "float32"
        assert NiftiVolume("synthetic/all/head0.nii.gz").dtype == "int16"
    if page.stem == "stain_transfer":
        assert SlideFile("translated/slide.ome.tif").microns == 0.5
    if page.stem == "satellite":
        source, output = (
            decode_image(f"{folder}/000.tif")
            for folder in (
                "phantoms/satellite/test/first",
                "translated/satellite",
            )
        )
        assert source.nodata.any()
        np.testing.assert_array_equal(output.nodata, source.nodata)
        assert output.georeference == source.georeference


@pytest.mark.parametrize(
    "kind, source, expected",
    [
        ("mr_ct", "test/ct", "lesions_kept 1.000, lesion_contrast 1.0"),
        ("mr_ct", "test/mr", "bone_dice 0.000"),
        ("satellite", "test/first", "nodata_right 1.000"),
    ],
)
def test_what_survives_of_the_truth_is_all(tmp_path, kind, source, expected):
    """So that a low number is a translator's and not of the measure."""
    result = run_here(
        "phantoms", f"--kind={kind}", f"--output={tmp_path}", "--test=8"
    )
    assert result.returncode == 0, result.stderr
    result = run_here(
        "what_survives",
        f"--kind={kind}",
        f"--phantoms={tmp_path}",
        f"--translated={tmp_path / source}",
    )
    assert expected in result.stdout, result.stdout + result.stderr


def test_the_study_trains_what_its_kinds_say_and_tables_it(
    tmp_path, monkeypatch
):
    """In this process, where all flags of all commands are checked."""
    calls = []

    def here(command, **options):
        script, *arguments = (str(word) for word in command[1:])
        calls.append(pathlib.Path(script).stem)
        if calls[-1] != "train":
            return run_here(calls[-1], *arguments)
        # What a training leaves; what it shows is that of the input.
        assert any("--set=data.crop_size=32" in word for word in arguments)
        return run_here("phantoms", "--kind=stains", f"--output={tmp_path}/x")

    monkeypatch.setattr("subprocess.run", here)
    folder = tmp_path / "study"
    (folder / "satellite" / "cut").mkdir(parents=True)
    (folder / "satellite" / "cut" / "survives.json").write_text('{"a": 0.5}')
    study = ["recipe_study", "--kind=satellite", f"--workdir={folder}"]
    result = run_here(*study, "--presets=cut", "--test=1")
    assert result.returncode == 0, result.stderr
    assert "| preset | a |" in result.stdout
    assert "| `cut` | 0.500 |" in result.stdout
    # The model that is missing here is an error of the study, in one line.
    result = run_here(*study, "--presets=semst")
    assert_one_line(result, "translate.py stopped", "exit code 2")
    assert calls == ["phantoms", "train", "translate"]


def test_the_study_of_label_maps_paints_them_before(tmp_path, monkeypatch):
    calls = []

    def here(command, **options):
        script, *arguments = (str(word) for word in command[1:])
        calls.append(pathlib.Path(script).stem)
        if calls[-1] == "phantoms":
            arguments += ["--size=32", "--count=2"]
        if calls[-1] != "train":
            return run_here(calls[-1], *arguments)
        painted = tmp_path / "phantoms" / "street" / "painted" / "train"
        assert f"--source={painted}" in arguments
        assert len(list(painted.iterdir())) == 2
        return subprocess.CompletedProcess(command, 2)

    monkeypatch.setattr("subprocess.run", here)
    result = run_here(
        "recipe_study",
        "--kind=labels",
        f"--workdir={tmp_path}",
        "--presets=semst",
        "--test=2",
    )
    assert_one_line(result, "train.py stopped")
    assert calls == ["phantoms", "paint_labels", "paint_labels", "train"]


def test_a_missing_folder_is_one_line(tmp_path):
    result = run_here(
        "what_survives",
        "--kind=stains",
        f"--phantoms={tmp_path}",
        f"--translated={tmp_path / 'nowhere'}",
    )
    assert_one_line(result, "--translated")
