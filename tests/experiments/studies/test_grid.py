"""Sweeps: which cells there are, and what is done again and what not."""

import json
import os

import pytest
from grid import Ablation
from grid import publish
from grid import sweep

from semst_tf.config.semst_config import SemSTConfig

GRID = {
    "training": {"steps": 9, "dtype": "float32", "set": {"a": 1, "b": 1}},
    "tasks": {
        "horses": {
            "links": {"few": {"folder": "zebra", "names": "few.txt"}},
            "source": "horse@left",
            "target": "links:few@right",
            "set": {"b": 2},
            "evaluations": {"scores": {"source": "links:few", "limit": 3}},
        },
        "maps": {
            "source": "aerial",
            "target": "map",
            "evaluations": {"scores": {"source": "aerial", "resize": "8"}},
            "real_photos": {"scores": {"source": "map"}},
        },
    },
    "methods": {
        "plain": {"preset": "cut"},
        "changed": {"preset": "cut", "set": {"a": 3, "b": 3}},
    },
    "grid": [
        {"methods": ["untranslated", "real_photos"], "tasks": ["maps"]},
        {
            "methods": ["plain", "changed"],
            "tasks": ["horses", "maps"],
            "seeds": [0, 1],
        },
    ],
}


def ablation(folder, grid=GRID, **changes):
    path = folder / "grid.json"
    path.write_text(json.dumps(grid))
    (folder / "few.txt").write_text("2.png\n3.png\n")
    return Ablation(path, folder / "data", folder / "runs", changes)


def make_zebras(folder, numbers=(1, 2, 3)):
    zebras = folder / "data" / "zebra"
    zebras.mkdir(parents=True)
    for number in numbers:
        (zebras / f"{number}.png").write_text(f"zebra {number}")


class Commands:
    """Stands for the scripts: writes scores, or fails."""

    def __init__(self, failing=()):
        self.failing = failing
        self.ran = []

    def of(self, cell, folder):
        return [["train", cell.name, folder], ["evaluate", cell.name, folder]]

    def run(self, command, log):
        script, name, folder = command
        self.ran.append((script, name))
        (folder / "scores.json").write_text("{}")
        with open(log, "a") as output:
            output.write(f"{script} of {name} says why\n")
        return 3 if (script, name) in self.failing else 0


def run_all(grid, commands):
    return sweep(grid.cells(), grid.workdir, commands.of, commands.run)


def test_cells_come_in_the_order_of_the_grid_seed_by_seed(tmp_path):
    names = [cell.name for cell in ablation(tmp_path).cells()]
    assert names[:4] == [
        "maps/untranslated",
        "maps/real_photos",
        "horses/plain/seed0",
        "horses/changed/seed0",
    ]
    assert names[-1] == "maps/changed/seed1"
    assert len(names) == 10


def test_a_method_overrules_a_task_and_a_task_what_is_shared(tmp_path):
    cells = {cell.name: cell for cell in ablation(tmp_path).cells()}
    plain = cells["horses/plain/seed1"].training
    assert plain["set"] == {"a": 1, "b": 2}
    assert (plain["seed"], plain["steps"], plain["preset"]) == (1, 9, "cut")
    assert cells["horses/changed/seed1"].training["set"] == {"a": 3, "b": 3}
    assert cells["maps/untranslated"].training is None


def test_images_are_below_the_data_or_among_the_links(tmp_path):
    cells = {cell.name: cell for cell in ablation(tmp_path).cells()}
    training = cells["horses/plain/seed0"].training
    assert training["source"] == str(tmp_path / "data" / "horse@left")
    assert training["target"] == str(
        tmp_path / "runs" / "links" / "horses" / "few@right"
    )
    scores = cells["maps/plain/seed0"].evaluations["scores"]
    assert scores["resize"] == "8"


def test_a_method_reads_those_places_of_a_task_that_it_names(tmp_path):
    grid = json.loads(json.dumps(GRID))
    grid["tasks"]["horses"]["places"] = {
        "data.paired": "pairs",
        "data.source_labels": "links:few@left",
    }
    grid["methods"]["reader"] = {
        "preset": "cut",
        "reads": ["data.source_labels"],
    }
    grid["grid"] = [{"methods": ["plain", "reader"], "tasks": ["horses"]}]
    plain, reader = ablation(tmp_path, grid).cells()
    assert plain.training["set"] == {"a": 1, "b": 2}
    place = tmp_path / "runs" / "links" / "horses" / "few@left"
    assert reader.training["set"] == {
        "a": 1,
        "b": 2,
        "data.source_labels": str(place),
    }
    grid["methods"]["reader"]["reads"] = ["data.keep"]
    with pytest.raises(ValueError, match="data.keep"):
        ablation(tmp_path, grid).cells()


def test_changes_reach_every_cell(tmp_path):
    grid = ablation(tmp_path, steps=2, set={"b": 7}, limit=1)
    cells = {cell.name: cell for cell in grid.cells()}
    assert cells["maps/plain/seed0"].training["steps"] == 2
    assert cells["maps/plain/seed0"].training["set"] == {"a": 1, "b": 7}
    assert cells["horses/plain/seed0"].evaluations["scores"]["limit"] == 1
    assert cells["maps/real_photos"].evaluations["scores"]["limit"] == 1


def test_links_are_the_listed_files_and_follow_the_list(tmp_path):
    make_zebras(tmp_path)
    grid = ablation(tmp_path)
    folder = tmp_path / "runs" / "links" / "horses" / "few"
    folder.mkdir(parents=True)
    (folder / "old.png").symlink_to("nowhere")
    grid.make_links()
    grid.make_links()
    assert sorted(os.listdir(folder)) == ["2.png", "3.png"]
    assert (folder / "3.png").read_text() == "zebra 3"


def test_links_by_pattern_lose_a_part_of_their_names(tmp_path):
    make_zebras(tmp_path)
    grid = json.loads(json.dumps(GRID))
    (tmp_path / "data" / "zebra" / "4_img.jpg").write_text("four")
    grid["tasks"]["horses"]["links"]["few"] = {
        "pattern": "zebra/*_img.jpg",
        "without": "_img",
    }
    ablation(tmp_path, grid).make_links()
    folder = tmp_path / "runs" / "links" / "horses" / "few"
    assert os.listdir(folder) == ["4.jpg"]


def test_missing_images_of_links_are_named(tmp_path):
    make_zebras(tmp_path, numbers=(2,))
    with pytest.raises(ValueError, match=r"lacks.*Received: .*3\.png"):
        ablation(tmp_path).make_links()


def test_finished_cells_are_skipped(tmp_path):
    grid = ablation(tmp_path)
    first, second = Commands(), Commands()
    assert run_all(grid, first) == []
    assert len(first.ran) == 20
    run_all(grid, second)
    assert second.ran == []


def test_a_failed_cell_is_named_and_the_others_go_on(tmp_path, capsys):
    grid = ablation(tmp_path)
    broken = Commands(failing=[("train", "maps/plain/seed0")])
    assert run_all(grid, broken) == ["maps/plain/seed0"]
    assert ("evaluate", "maps/plain/seed0") not in broken.ran
    assert len(broken.ran) == 19
    printed = capsys.readouterr().out
    assert "maps/plain/seed0: failed with exit code 3" in printed
    assert "train of maps/plain/seed0 says why" in printed
    again = Commands()
    assert run_all(grid, again) == []
    assert [name for _, name in again.ran] == ["maps/plain/seed0"] * 2


def test_a_cell_that_means_something_else_now_is_run_again(tmp_path):
    run_all(ablation(tmp_path), Commands())
    longer = Commands()
    run_all(ablation(tmp_path, steps=10), longer)
    trained = {name for _, name in longer.ran}
    assert len(trained) == 8
    assert "maps/untranslated" not in trained


def test_what_is_published_is_one_line_a_finished_cell(tmp_path):
    grid = ablation(tmp_path)
    cells = grid.cells()[:3]
    run_all(grid, Commands())
    (grid.workdir / cells[0].name / "cell.json").unlink()
    folder = grid.workdir / cells[1].name
    config = SemSTConfig(preset="cut").replace({"generator.filters": 8})
    record = {"config": config.to_dict(), "source": str(grid.data_root)}
    (folder / "config.json").write_text(json.dumps(record))
    (folder / "scores.json").write_text('{"distance": {"kid": 0.125}}')
    table = tmp_path / "table.jsonl"
    assert publish(cells, grid.workdir, table) == 2
    assert publish(cells, grid.workdir, table) == 2
    text = table.read_text()
    rows = [json.loads(line) for line in text.splitlines()]
    assert [row["id"] for row in rows] == [cell.name for cell in cells[1:]]
    assert rows[0]["set"]["generator.filters"] == 8
    assert rows[0]["distance"] == {"kid": 0.125}
    assert str(tmp_path) not in text


@pytest.mark.parametrize(
    "change, words",
    [
        ({"tasks": ["zoo"]}, "no such task.*zoo"),
        ({"methods": ["magic"]}, "no such method.*magic"),
    ],
)
def test_names_that_the_grid_lacks_are_refused(tmp_path, change, words):
    grid = {**GRID, "grid": [{**GRID["grid"][1], **change}]}
    with pytest.raises(ValueError, match=words):
        ablation(tmp_path, grid).cells()


def test_links_that_no_task_declares_are_refused(tmp_path):
    grid = json.loads(json.dumps(GRID))
    grid["tasks"]["horses"]["target"] = "links:many"
    with pytest.raises(ValueError, match="folder of links.*many"):
        ablation(tmp_path, grid).cells()


@pytest.mark.parametrize("text", ["{", "[]", '{"tasks": {}}'])
def test_files_that_are_no_grid_are_refused(tmp_path, text):
    path = tmp_path / "grid.json"
    path.write_text(text)
    with pytest.raises(ValueError, match="Received"):
        Ablation(path, tmp_path, tmp_path)
