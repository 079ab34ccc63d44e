"""Seams of tiles: found where tiles differ, and none where they do not."""

import json

import numpy as np
from PIL import Image
from scripts import assert_one_line
from scripts import run_here

from semst_tf.networks import ResNetGenerator

ID = "streets/semst/seed0"


def write_study(folder):
    run, images = folder / "runs" / ID, folder / "images"
    run.mkdir(parents=True)
    images.mkdir()
    # Its first normalisation sees other values in each tile.
    ResNetGenerator(4, 1, seed=0).save(run / "model.keras")
    rng = np.random.default_rng(0)
    ramp = np.linspace(0, 200, 96)[:, None, None]
    for index in range(2):
        image = ramp + rng.integers(0, 50, (96, 128, 3))
        Image.fromarray(image.astype("uint8")).save(images / f"{index}.png")


def measure(folder, *options):
    return run_here(
        "seam_table",
        f"--results={folder / 'runs'}",
        f"--images={folder / 'images'}",
        f"--table={folder / 'table.jsonl'}",
        "--tile=48",
        *options,
    )


def test_exact_tiles_have_no_seams_and_the_others_are_told_apart(tmp_path):
    write_study(tmp_path)
    result = measure(tmp_path)
    assert result.returncode == 0, result.stderr
    row = json.loads((tmp_path / "table.jsonl").read_text())
    assert row["id"] == ID
    assert (row["images"], row["size"], row["tile"]) == (2, "128x96", 48)
    exact, tiled = row["modes"]["exact_tiled"], row["modes"]["tiled"]
    assert abs(exact["seams"] - 1) < 0.001
    assert exact["difference"] < 0.01
    assert tiled["difference"] > exact["difference"]
    cells = result.stdout.splitlines()[-1].strip("| ").split(" | ")
    assert cells[:3] == [ID, "2 of 128x96", "48"]
    assert cells[5:] == ["1.000", "0.00"]
    again = run_here("seam_table", f"--table={tmp_path / 'table.jsonl'}")
    assert again.stdout == result.stdout


def test_a_folder_without_a_model_is_refused_in_one_line(tmp_path):
    write_study(tmp_path)
    (tmp_path / "runs" / ID / "model.keras").unlink()
    assert_one_line(measure(tmp_path), "no trained model")
    assert not (tmp_path / "table.jsonl").exists()
