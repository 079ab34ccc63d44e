import json

from scripts import assert_one_line
from scripts import run_here


def write_frontier(folder, kid, mean_ious=(0.3712, 0.3712)):
    folder.mkdir(parents=True)
    scores = {
        "settings": {"config": {"training": {"steps": 60}}},
        "untranslated": {"distance": {"kid": 0.14}},
        "strengths": [
            {
                "strength": strength,
                "distance": {
                    "kid": kid - 0.01 * strength,
                    "class_matched_stride_4": 12.4,
                },
                "consistency": {"mean_iou": mean_iou},
            }
            for strength, mean_iou in zip((0.6, 1.0), mean_ious)
        ],
    }
    (folder / "frontier.json").write_text(json.dumps(scores))


def test_runs_join_a_table_and_newer_scores_replace_older_ones(tmp_path):
    table = tmp_path / "table.jsonl"
    runs = tmp_path / "runs" / "streets"
    write_frontier(runs / "semst" / "seed0", 0.1234)
    arguments = (f"--table={table}", f"--collect={tmp_path / 'runs'}")
    first = run_here("frontier_table", *arguments)
    assert first.returncode == 0, first.stderr
    assert len(table.read_text().splitlines()) == 3
    row = "| streets/semst/seed0 | 60 | 0.6 | 11.74 | 12 |  |  | 0.371 |  |  |"
    assert row in first.stdout
    assert "| streets/untranslated/seed0 | 0 | 0.0 | 14.00 |" in first.stdout

    (runs / "semst" / "seed0" / "frontier.json").unlink()
    (runs / "semst" / "seed0").rmdir()
    write_frontier(runs / "semst" / "seed0", 0.1111)
    write_frontier(runs / "cut" / "seed1", 0.2)
    run_here("frontier_table", *arguments)
    again = run_here("frontier_table", f"--table={table}")
    assert "11.74" not in again.stdout and "10.51" in again.stdout
    assert len(table.read_text().splitlines()) == 5


def test_scores_of_one_strength_are_a_row(tmp_path):
    folder = tmp_path / "runs" / "task" / "student" / "seed1"
    folder.mkdir(parents=True)
    scores = {
        "settings": {"strength": 1.0, "config": {"training": {"steps": 60}}},
        "distance": {"kid": 0.125},
    }
    (folder / "frontier.json").write_text(json.dumps(scores))
    result = run_here(
        "frontier_table",
        f"--collect={tmp_path / 'runs'}",
        f"--table={tmp_path / 'table.jsonl'}",
    )
    assert result.returncode == 0, result.stderr
    assert "| task/student/seed1 | 60 | 1.0 | 12.50 |" in result.stdout
    assert "untranslated" not in result.stdout


def test_rows_are_chosen_by_their_ids(tmp_path):
    table = tmp_path / "table.jsonl"
    write_frontier(tmp_path / "runs" / "streets" / "semst" / "seed0", 0.1234)
    write_frontier(tmp_path / "runs" / "maps" / "cut" / "seed0", 0.2)
    run_here(
        "frontier_table", f"--table={table}", f"--collect={tmp_path / 'runs'}"
    )
    result = run_here("frontier_table", f"--table={table}", "--only=maps/*")
    assert "maps/cut/seed0" in result.stdout
    assert "streets" not in result.stdout


def test_a_table_that_is_missing_is_one_line(tmp_path):
    result = run_here("frontier_table", f"--table={tmp_path / 'no.jsonl'}")
    assert_one_line(result, "no.jsonl")


def test_runs_are_compared_where_they_keep_equally_much(tmp_path):
    table = tmp_path / "table.jsonl"
    streets = tmp_path / "runs" / "streets"
    write_frontier(streets / "falls" / "seed0", 0.12, (0.40, 0.30))
    write_frontier(streets / "keeps" / "seed0", 0.12, (0.40, 0.38))
    write_frontier(streets / "loses" / "seed0", 0.12, (0.30, 0.20))
    result = run_here(
        "frontier_table",
        f"--table={table}",
        f"--collect={tmp_path / 'runs'}",
        "--mean_iou=0.35",
    )
    assert "| streets/falls/seed0 | 60 | 0.8 | 11.20 | 12 |" in result.stdout
    assert "| streets/keeps/seed0 | 60 | 1.0 | 11.00 | 12 |" in result.stdout
    assert "loses" not in result.stdout and "untranslated" not in result.stdout


def test_scores_of_a_lone_generator_need_the_record_of_its_training(tmp_path):
    folder = tmp_path / "runs" / "streets" / "semst" / "seed0"
    write_frontier(folder, 0.1234)
    path = folder / "frontier.json"
    path.write_text(path.read_text().replace('"config"', '"other"'))
    arguments = (
        f"--table={tmp_path / 'table.jsonl'}",
        f"--collect={tmp_path / 'runs'}",
    )
    missing = run_here("frontier_table", *arguments)
    assert_one_line(missing, "config.json", str(path))
    assert not (tmp_path / "table.jsonl").exists()

    record = {"config": {"training": {"steps": 70}}}
    (folder / "config.json").write_text(json.dumps(record))
    found = run_here("frontier_table", *arguments)
    assert found.returncode == 0, found.stderr
    assert "| streets/semst/seed0 | 70 | 0.6 |" in found.stdout


def test_seeds_are_one_line_with_mean_lowest_and_highest(tmp_path):
    table = tmp_path / "table.jsonl"
    for seed, kid in enumerate((0.12, 0.14, 0.13)):
        write_frontier(
            tmp_path / "runs" / "streets" / "semst" / f"seed{seed}",
            kid,
            (0.4, 0.3),
        )
    run_here(
        "frontier_table",
        f"--collect={tmp_path / 'runs'}",
        f"--table={table}",
    )
    printed = run_here(
        "frontier_table", f"--table={table}", "--mean_iou=0.35", "--over_seeds"
    ).stdout
    assert (
        "| streets/semst | 60 | 3 | 0.80 (0.80 to 0.80) | "
        "12.20 (11.20 to 13.20) | 12 (12 to 12) |" in printed
    )
    assert "seed0" not in printed
    printed = run_here(
        "frontier_table", f"--table={table}", "--mean_iou=0.35", "--steps=99"
    ).stdout
    assert "streets" not in printed


def test_seeds_are_compared_at_a_mean_iou(tmp_path):
    result = run_here(
        "frontier_table", f"--table={tmp_path / 'table.jsonl'}", "--over_seeds"
    )
    assert_one_line(result, "--mean_iou")
