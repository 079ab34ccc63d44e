"""results_table.py from outside: rows, columns, spread, and what is kept."""

import json

from scripts import assert_one_line
from scripts import run_here

from semst_tf import preset_config


def write_run(folder, kid, mean_iou=None, steps=None, config=None):
    folder.mkdir(parents=True, exist_ok=True)
    scores = {"distance": {"fid": 100.0, "kid": kid}}
    if mean_iou is not None:
        flip = {"from": "sky", "to": "building", "share": 0.25, "pixels": 1}
        scores["consistency"] = {
            "pixel_accuracy": 0.5,
            "mean_iou": mean_iou,
            "flips": [flip],
        }
    (folder / "scores.json").write_text(json.dumps(scores))
    if steps is not None:
        config = (config or preset_config("cut")).replace(
            {"training.steps": steps}
        )
        record = {"config": config.to_dict(), "source": str(folder)}
        (folder / "config.json").write_text(json.dumps(record))
        record = {"steps": steps, "seconds": 90.0, "history": [{"step": 1}]}
        (folder / "metrics.json").write_text(json.dumps(record))


def printed(*arguments):
    result = run_here("results_table", *arguments)
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines if "|" in line]
    return lines, {row[0]: row for row in cells}


def test_seeds_share_a_row_with_mean_and_spread(tmp_path):
    for seed, kid in enumerate((0.1, 0.3)):
        write_run(tmp_path / f"maps/cut/seed{seed}", kid, 0.2 + kid, steps=7)
    write_run(tmp_path / "maps/untranslated", 0.05, 0.9)
    lines, table = printed(f"--results={tmp_path}")
    assert "### maps" in lines
    cut = dict(zip(table["id"], table["maps/cut"], strict=True))
    assert cut["seeds"] == "2"
    assert cut["steps"] == "7"
    assert cut["KID x100"] == "20.00 (10.00 to 30.00)"
    assert cut["mIoU"] == "0.400 (0.300 to 0.500)"
    assert cut["largest flips"] == "sky to building 25%"
    floor = table["maps/untranslated"]
    assert floor[table["id"].index("KID x100")] == "5.00"
    assert floor[table["id"].index("seeds")].strip() == ""


def test_tasks_have_tables_of_their_own_with_columns_that_apply(tmp_path):
    write_run(tmp_path / "maps/cut/seed0", 0.1, steps=7)
    write_run(tmp_path / "streets/cut/seed0", 0.1, 0.5, steps=7)
    lines, _ = printed(f"--results={tmp_path}")
    streets = lines[lines.index("### streets") :]
    maps = lines[lines.index("### maps") : lines.index("### streets")]
    assert any("mIoU" in line for line in streets)
    assert not any("mIoU" in line for line in maps)


def test_a_table_keeps_differences_and_scores_and_no_curves_or_paths(tmp_path):
    config = preset_config("semst").replace(
        {"generator.filters": 16, "seed": 3, "data.crop_size": 128}
    )
    runs, table = tmp_path / "runs", tmp_path / "table.jsonl"
    write_run(runs / "streets/semst/seed3", 0.12345, 0.4, 7, config)
    printed(f"--results={runs}", f"--table={table}")
    (row,) = map(json.loads, table.read_text().splitlines())
    assert row["id"] == "streets/semst/seed3"
    assert row["preset"] == "semst"
    assert row["set"] == {"generator.filters": 16, "data.crop_size": 128}
    assert (row["seed"], row["steps"], row["seconds"]) == (3, 7, 90)
    assert row["distance"]["kid"] == 0.12345
    assert str(tmp_path) not in table.read_text()
    assert "history" not in table.read_text()


def test_runs_are_added_to_a_table_and_newer_scores_replace_older(tmp_path):
    runs, table = tmp_path / "runs", tmp_path / "table.jsonl"
    arguments = (f"--results={runs}", f"--table={table}")
    write_run(runs / "maps/b", 0.1)
    printed(*arguments)
    write_run(runs / "maps/b", 0.2)
    write_run(runs / "maps/a", 0.3)
    printed(*arguments)
    _, found = printed(f"--table={table}", "--columns=kid")
    assert list(found) == ["id", "---", "maps/b", "maps/a"]
    assert found["maps/b"] == ["maps/b", "20.00"]


def test_rows_are_chosen_by_their_ids(tmp_path):
    write_run(tmp_path / "maps/cut", 0.1)
    write_run(tmp_path / "streets/cut", 0.1)
    _, found = printed(f"--results={tmp_path}", "--only=streets/*")
    assert "streets/cut" in found and "maps/cut" not in found
    result = run_here("results_table", f"--results={tmp_path}", "--only=x*")
    assert_one_line(result, "no row", "x*")


def test_a_folder_without_scores_is_one_line(tmp_path):
    result = run_here("results_table", f"--results={tmp_path}")
    assert_one_line(result, "no scores.json")


def test_a_key_of_no_column_is_one_line(tmp_path):
    write_run(tmp_path / "maps/cut", 0.1)
    result = run_here(
        "results_table", f"--results={tmp_path}", "--columns=kid,iou"
    )
    assert_one_line(result, "mean_iou", "Received: iou")


def test_a_file_that_is_no_table_is_one_line(tmp_path):
    path = tmp_path / "table.jsonl"
    path.write_text("nothing\n")
    assert_one_line(run_here("results_table", f"--table={path}"), "no table")
    assert_one_line(run_here("results_table"), "--results, --table")
