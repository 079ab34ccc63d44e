"""results_table.py from outside: rows, columns, and spread."""

import json

from scripts import assert_one_line
from scripts import run_here


def write_run(folder, kid, mean_iou=None, steps=None):
    folder.mkdir(parents=True)
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
        record = {"steps": steps, "seconds": 90.0, "history": []}
        (folder / "metrics.json").write_text(json.dumps(record))


def rows(folder):
    result = run_here("results_table", f"--results={folder}")
    assert result.returncode == 0, result.stderr
    lines = result.stdout.splitlines()
    cells = [line.strip("| ").split(" | ") for line in lines if "|" in line]
    return lines, {row[0]: row for row in cells}


def test_seeds_share_a_row_with_mean_and_spread(tmp_path):
    for seed, kid in enumerate((0.1, 0.3)):
        write_run(tmp_path / f"maps/cut/seed{seed}", kid, 0.2 + kid, steps=7)
    write_run(tmp_path / "maps/untranslated", 0.05, 0.9)
    lines, table = rows(tmp_path)
    assert "### maps" in lines
    cut = dict(zip(table["run"], table["cut"], strict=True))
    assert cut["seeds"] == "2"
    assert cut["steps"] == "7"
    assert cut["KID x100"] == "20.00 (10.00 to 30.00)"
    assert cut["mIoU"] == "0.400 (0.300 to 0.500)"
    assert cut["largest flips"] == "sky to building 25%"
    floor = dict(zip(table["run"], table["untranslated"], strict=True))
    assert floor["KID x100"] == "5.00"
    assert floor["seeds"].strip() == ""


def test_tasks_have_tables_of_their_own_with_columns_that_apply(tmp_path):
    write_run(tmp_path / "maps/cut/seed0", 0.1, steps=7)
    write_run(tmp_path / "streets/cut/seed0", 0.1, 0.5, steps=7)
    lines, _ = rows(tmp_path)
    streets = lines[lines.index("### streets") :]
    maps = lines[lines.index("### maps") : lines.index("### streets")]
    assert any("mIoU" in line for line in streets)
    assert not any("mIoU" in line for line in maps)


def test_a_folder_without_scores_is_one_line(tmp_path):
    result = run_here("results_table", f"--results={tmp_path}")
    assert_one_line(result, "no scores.json")
