"""Images whose headers are sound and whose pixels are not."""

import pathlib

import pytest
from folders import write_images
from scripts import assert_one_line
from scripts import run_here

MODEL = pathlib.Path(__file__).parents[2] / "saved_models" / "colour2vintage"


def damage(path):
    """Turns bytes over in the middle of a file, where the pixels are."""
    content = bytearray(path.read_bytes())
    middle = len(content) // 2
    for place in range(middle, middle + 8):
        content[place] ^= 0xFF
    path.write_bytes(content)


def test_the_others_of_the_folder_are_translated(tmp_path):
    pytest.importorskip("tensorflow")
    source = write_images(tmp_path / "images", count=4, size=(40, 40))
    for name in ("0.png", "2.png"):
        damage(source / name)
    output = tmp_path / "translated"
    result = run_here(
        "translate",
        f"--model={MODEL}",
        f"--input={source}",
        f"--output={output}",
    )
    assert_one_line(result, "2 of 4 images", "0.png", "2.png")
    assert "translated 2 images" in result.stdout
    assert sorted(path.name for path in output.iterdir()) == ["1.png", "3.png"]
