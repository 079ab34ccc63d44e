"""ablation.py from outside: the grid that ships, and a grid that runs."""

import json
import shlex

import numpy as np
import pytest
from folders import write_images
from PIL import Image
from scripts import EXPERIMENTS
from scripts import assert_one_line
from scripts import run_here

from semst_tf import presets
from semst_tf.config.preset_configs import preset_config

SMALL = {
    "generator.filters": 4,
    "generator.blocks": 1,
    "discriminator.filters": 4,
    "discriminator.layers": 1,
    "contrastive.patches": 8,
    "contrastive.units": 8,
    "data.crop_size": 32,
    "data.resize": "",
}


def small_grid(folder):
    grid = {
        "training": {"steps": 1, "dtype": "float32", "set": SMALL},
        "tasks": {
            "toy": {
                "source": "source",
                "target": "target",
                "evaluations": {
                    "scores": {"source": "source", "truth": "source"}
                },
            }
        },
        "methods": {"cut": {"preset": "cut"}},
        "grid": [{"methods": ["cut"], "tasks": ["toy"], "seeds": [0]}],
    }
    write_images(folder / "data" / "source")
    write_images(folder / "data" / "target")
    path = folder / "grid.json"
    path.write_text(json.dumps(grid))
    return [
        f"--grid={path}",
        f"--data_root={folder / 'data'}",
        f"--workdir={folder / 'runs'}",
    ]


@pytest.mark.slow
def test_cells_are_trained_and_scored_once(tmp_path):
    arguments = small_grid(tmp_path)
    result = run_here("ablation", *arguments)
    assert result.returncode == 0, result.stdout
    folder = tmp_path / "runs" / "toy" / "cut" / "seed0"
    scores = json.loads((folder / "scores.json").read_text())
    assert scores["settings"]["config"]["generator"]["filters"] == 4
    assert scores["paired"]["root_mean_squared_error"] > 0
    assert (folder / "model.keras").exists()
    again = run_here("ablation", *arguments, "--only=toy/*")
    assert again.returncode == 0
    assert "toy/cut/seed0: finished before" in again.stdout


def test_the_grid_that_ships_can_be_listed_and_names_only_presets(tmp_path):
    result = run_here(
        "ablation", f"--data_root={tmp_path}", f"--workdir={tmp_path}", "--list"
    )
    assert result.returncode == 0, result.stderr
    names = [line.split()[-1] for line in result.stdout.splitlines()]
    for task in ("carla_cityscapes", "labels_photos", "aerial_maps"):
        assert f"{task}/untranslated" in names
        for method in ("cut", "semst_pixels"):
            for seed in (0, 1):
                assert f"{task}/{method}/seed{seed}" in names
    grid = json.loads((EXPERIMENTS / "configs" / "ablation.json").read_text())
    used = {method["preset"] for method in grid["methods"].values()}
    assert used <= set(presets())


def test_the_grid_of_painted_label_maps_compares_equal_inputs(tmp_path):
    """What is trained on is painted, and so is what is scored."""
    grid = EXPERIMENTS / "configs" / "painted_labels.json"
    result = run_here(
        "ablation", f"--grid={grid}", "--data_root=data", "--commands"
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    train = [line for line in lines if "train.py" in line]
    evaluate = [line for line in lines if "evaluate.py" in line]
    assert len(train) == 4 and len(evaluate) == 5
    assert all("--source=data/painted/sources" in line for line in train)
    assert all("--source=data/painted/val" in line for line in evaluate)


@pytest.mark.parametrize(
    ("name", "trainings", "words"),
    [
        ("label_aware", 16, "--set=discriminator.labels=True"),
        ("paired_maps", 8, "--set=data.paired=data/maps/train@left"),
    ],
)
def test_grids_of_labels_and_pairs_are_configurations_that_fit(
    name, trainings, words
):
    path = EXPERIMENTS / "configs" / f"{name}.json"
    result = run_here(
        "ablation", f"--grid={path}", "--data_root=data", "--commands"
    )
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    commands = [shlex.split(line) for line in lines if "train.py" in line]
    assert len(commands) == trainings
    assert any(words in command for command in commands)
    for command in commands:
        (preset,) = (a for a in command if a.startswith("--preset="))
        fields = dict(
            argument.removeprefix("--set=").split("=", 1)
            for argument in command
            if argument.startswith("--set=")
        )
        preset_config(preset.removeprefix("--preset=")).replace(fields)


def test_commands_can_be_printed_without_running_them(tmp_path):
    result = run_here(
        "ablation",
        "--data_root=data",
        f"--workdir={tmp_path / 'runs'}",
        "--commands",
        "--only=labels_photos/semst_pixels/seed1",
        "--steps=5",
        "--set=generator.filters=8",
    )
    train, evaluate = result.stdout.splitlines()
    assert "train.py" in train and "--seed=1" in train and "--steps=5" in train
    assert "--set=generator.filters=8" in train
    assert "evaluate.py" in evaluate and "cityscapes_palette" in evaluate
    assert not (tmp_path / "runs").exists()


def test_a_pattern_that_matches_nothing_is_one_line(tmp_path):
    result = run_here(
        "ablation", "--data_root=data", "--only=nonsense", "--list"
    )
    assert_one_line(result, "--only matches no cell", "nonsense")


def test_data_that_are_missing_are_one_line(tmp_path):
    result = run_here(
        "ablation", f"--data_root={tmp_path}", f"--workdir={tmp_path / 'runs'}"
    )
    assert_one_line(result, "lacks images")


def test_label_images_are_split_by_their_classes(tmp_path):
    sky, vegetation = (70, 130, 180), (107, 142, 35)
    (tmp_path / "labels").mkdir()
    for name, share in (("a", 1), ("b", 7), ("c", 2), ("d", 6)):
        image = np.full((8, 8, 3), sky, "uint8")
        image[:share] = vegetation
        Image.fromarray(image).save(tmp_path / "labels" / f"{name}.png")
    sources, targets = tmp_path / "sources.txt", tmp_path / "targets.txt"
    result = run_here(
        "mismatched_split",
        f"--labels={tmp_path / 'labels'}",
        f"--sources={sources}",
        f"--targets={targets}",
    )
    assert result.returncode == 0, result.stderr
    assert sources.read_text() == "b.png\nd.png\n"
    assert targets.read_text() == "a.png\nc.png\n"
    assert "| sky | 18.8% | 81.2% |" in result.stdout


def test_the_lists_that_ship_share_no_image():
    lists = [
        (EXPERIMENTS / "configs" / f"labels_photos_{half}.txt").read_text()
        for half in ("sources", "targets")
    ]
    sources, targets = (set(text.split()) for text in lists)
    assert len(sources) == len(targets) == 250
    assert not sources & targets
