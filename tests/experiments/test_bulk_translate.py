"""Bulk translation; needs Apache Beam, which has an environment of its own."""

import json
import pathlib
import shutil

import numpy as np
import pytest
from folders import contents
from folders import write_images
from PIL import Image
from scripts import assert_one_line
from scripts import run_in_shell

from semst_tf.inference.translate import translate
from semst_tf.loading.load_translator import load_translator

pytest.importorskip("apache_beam")

MODEL = pathlib.Path(__file__).parents[2] / "saved_models" / "colour2vintage"


def bulk_translate(source, output, *more, model=MODEL):
    return run_in_shell(
        "bulk_translate",
        f"--model={model}",
        f"--input={source}",
        f"--output={output}",
        *more,
    )


@pytest.fixture(scope="module")
def source(tmp_path_factory):
    """Two hundred tiny images, and twenty that are none."""
    folder = tmp_path_factory.mktemp("bulk") / "images"
    write_images(folder / "inside", count=200, size=(8, 12))
    sound = (folder / "inside" / "0.png").read_bytes()
    for number in range(10):
        (folder / f"cut{number}.png").write_bytes(sound[: 20 + 20 * number])
        (folder / f"text{number}.jpg").write_text("no image")
    Image.fromarray(np.zeros((8, 8, 3), "uint8")).save(folder / "a.gif")
    return folder


@pytest.mark.slow
def test_all_that_is_sound_is_translated_and_the_rest_is_listed(
    source, tmp_path
):
    output = tmp_path / "translated"
    result = bulk_translate(source, output)
    assert result.returncode == 2, result.stderr
    assert "translated 201 images" in result.stdout
    assert "Traceback" not in result.stderr
    lines = (output / "errors.jsonl").read_text().splitlines()
    bad = [json.loads(line) for line in lines]
    assert len(bad) == 20
    assert {pathlib.Path(entry["source"]).name for entry in bad} == {
        f"{kind}{number}.{suffix}"
        for number in range(10)
        for kind, suffix in (("cut", "png"), ("text", "jpg"))
    }
    assert all(entry["error"] for entry in bad)
    assert (output / "a.png").exists()
    assert len(list(output.rglob("*.png"))) == 201
    expected = translate(load_translator(MODEL), source / "inside" / "7.png")
    with Image.open(output / "inside" / "7.png") as written:
        np.testing.assert_array_equal(np.asarray(written), expected)


@pytest.mark.slow
def test_the_same_command_does_only_what_is_missing(tmp_path):
    images = write_images(tmp_path / "images", count=4, size=(8, 8))
    output = tmp_path / "translated"
    assert bulk_translate(images, output).returncode == 0
    first = contents(output)
    assert first.pop("errors.jsonl") == b""
    (output / "2.png").unlink()
    (output / "1.png").write_bytes(b"kept as it is")
    result = bulk_translate(images, output)
    assert result.returncode == 0, result.stderr
    assert "translated 1 images" in result.stdout
    assert "3 were there already" in result.stdout
    again = contents(output)
    assert again.pop("1.png") == b"kept as it is"
    assert again["2.png"] == first["2.png"]


@pytest.mark.parametrize("missing", ["model", "input"])
def test_what_is_missing_is_told_in_one_line(tmp_path, missing):
    source = tmp_path / "images"
    if missing == "model":
        write_images(source, count=1, size=(8, 8))
    model = tmp_path / "none" if missing == "model" else MODEL
    result = bulk_translate(source, tmp_path / "out", model=model)
    assert_one_line(result, "Received: ")
    shutil.rmtree(tmp_path / "out", ignore_errors=True)
