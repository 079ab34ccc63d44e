"""--keep from outside: what stays as it is, and which masks are refused."""

import json

import numpy as np
import pytest
import tifffile
from folders import contents
from folders import write_images
from PIL import Image
from scripts import assert_one_line
from scripts import run_here
from small import small_model

from semst_tf.data import read_image


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "colour.keras"
    small_model("cut").save(path)
    return path


@pytest.fixture
def folders(tmp_path):
    write_images(tmp_path / "in")
    (tmp_path / "masks").mkdir()
    for number in range(3):
        mask = np.zeros((34, 40), "uint8")
        mask[5 : 20 + number, 8:16] = 255
        Image.fromarray(mask).save(tmp_path / "masks" / f"{number}.png")
    return tmp_path


def translate(model, folders, *more):
    return run_here(
        "translate",
        f"--model={model}",
        f"--input={folders / 'in'}",
        f"--output={folders / 'out'}",
        *more,
    )


def test_translations_hold_the_input_there_and_mix_around(model, folders):
    assert translate(model, folders).returncode == 0
    without = {n: read_image(folders / "out" / f"{n}.png") for n in range(3)}
    result = translate(
        model, folders, f"--keep={folders / 'masks'}", "--overwrite"
    )
    assert result.returncode == 0, result.stderr
    for number in range(3):
        image = read_image(folders / "in" / f"{number}.png")
        kept = read_image(folders / "out" / f"{number}.png")
        inside = (slice(5, 20 + number), slice(8, 16))
        np.testing.assert_array_equal(kept[inside], image[inside])
        assert (without[number][inside] != image[inside]).any()
        np.testing.assert_array_equal(kept[31:], without[number][31:])
        around = kept[10:15, 18].astype(int)
        low = np.minimum(image, without[number])[10:15, 18]
        high = np.maximum(image, without[number])[10:15, 18]
        assert ((low <= around) & (around <= high)).all()


def test_one_mask_is_that_of_all_images_and_the_border_can_be_sharp(
    model, folders
):
    mask = folders / "masks" / "0.png"
    translate(model, folders)
    without = read_image(folders / "out" / "2.png")
    result = translate(
        model, folders, f"--keep={mask}", "--keep_border=0", "--overwrite"
    )
    assert result.returncode == 0, result.stderr
    kept = read_image(folders / "out" / "2.png")
    expected = without.copy()
    image = read_image(folders / "in" / "2.png")
    expected[5:20, 8:16] = image[5:20, 8:16]
    np.testing.assert_array_equal(kept, expected)


@pytest.mark.parametrize(
    ("harm", "words"),
    [
        (lambda path: path.unlink(), ["no mask for 1 of 3 images"]),
        (
            lambda path: Image.new("L", (40, 34), 255).save(path),
            ["1.png", "keeps everything"],
        ),
        (
            lambda path: Image.new("L", (40, 33)).save(path),
            ["1.png of 33x40", "34x40"],
        ),
        (lambda path: path.write_bytes(b"none"), ["1.png"]),
    ],
)
def test_masks_that_do_not_fit_are_one_line_and_nothing_is_written(
    model, folders, harm, words
):
    harm(folders / "masks" / "1.png")
    before = contents(folders)
    result = translate(model, folders, f"--keep={folders / 'masks'}")
    assert_one_line(result, *words)
    assert contents(folders) == before


def test_a_folder_of_masks_that_is_missing_is_named(model, folders):
    result = translate(model, folders, f"--keep={folders / 'nowhere'}")
    assert_one_line(result, "--keep", "nowhere")


def test_evaluation_scores_what_is_kept(model, folders):
    scores = {}
    for name, more in (
        ("plain", ()),
        ("kept", (f"--keep={folders / 'masks'}",)),
    ):
        result = run_here(
            "evaluate",
            f"--model={model}",
            f"--source={folders / 'in'}",
            f"--truth={folders / 'in'}",
            f"--output={folders / name}.json",
            *more,
        )
        assert result.returncode == 0, result.stderr
        scores[name] = json.loads((folders / f"{name}.json").read_text())
    ratios = {n: s["paired"]["psnr"] for n, s in scores.items()}
    # Compared with the input itself, what is kept has no error.
    assert ratios["kept"] > ratios["plain"]
    assert scores["kept"]["settings"]["keep_border"] == 8


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--keep=nowhere", ["--keep", "nowhere"]),
        ("--paired=nowhere", ["--paired", "nowhere"]),
        ("--validate_keep=in", ["--validate_keep", "--validate_source"]),
    ],
)
def test_training_names_what_is_not_there(folders, monkeypatch, flag, words):
    monkeypatch.chdir(folders)
    result = run_here(
        "train", "--source=in", "--target=masks", "--workdir=run", flag
    )
    assert_one_line(result, *words)
    assert not (folders / "run").exists()


def test_a_mask_of_another_place_is_one_line(tmp_path):
    small_model("cut").save(tmp_path / "colour.keras")
    for name, left in (("in", 4e5), ("masks", 5e5)):
        values = np.zeros((34, 40, 3), "uint8")
        values[:9] = 255
        (tmp_path / name).mkdir()
        tifffile.imwrite(
            tmp_path / name / "a.tif",
            values,
            photometric="rgb",
            metadata=None,
            extratags=[
                (33550, "d", 3, (10.0, 10.0, 0.0), True),
                (33922, "d", 6, (0.0, 0.0, 0.0, left, 5e6, 0.0), True),
            ],
        )
    before = contents(tmp_path)
    result = translate(
        tmp_path / "colour.keras", tmp_path, f"--keep={tmp_path / 'masks'}"
    )
    assert_one_line(result, "its mask must lie at the same place")
    assert contents(tmp_path) == before


def test_masks_are_no_place_for_translations(model, folders):
    masks = folders / "masks"
    before = contents(masks)
    for place in (masks, masks / "0.png"):
        result = translate(
            model,
            folders,
            f"--keep={place}",
            f"--output={masks}",
            "--overwrite",
        )
        assert_one_line(result, "An input would be replaced")
    assert contents(masks) == before
