"""adaptation_table.py from outside: results of studies as lines."""

import json

import pytest
from scripts import assert_one_line
from scripts import run_here


def cell(mean_iou):
    return {
        "mean_iou": mean_iou,
        "pixel_accuracy": 0.5,
        "class_accuracy": 0.4,
        "class_iou": {"road": mean_iou, "sky": mean_iou, "car": 0.0},
        "flips": [{"from": "sky", "to": "road", "share": 1.0, "pixels": 3}],
    }


@pytest.fixture
def study(tmp_path):
    """A study of two trainings and two seeds."""
    folder = tmp_path / "run"
    folder.mkdir()
    results = {
        "settings": {"recipe": {"steps": 4}, "strength": 0.5},
        "scored_classes": ["road", "sky"],
        "cells": {
            "untranslated": [cell(0.1), cell(0.2)],
            "translated": [cell(0.3), cell(0.2)],
        },
    }
    (folder / "results.json").write_text(json.dumps(results))
    return folder


def add(study, name, table):
    return run_here(
        "adaptation_table",
        f"--results={study}",
        f"--study={name}",
        f"--table={table}",
    )


def test_a_segmenter_is_a_line_and_is_replaced_not_repeated(study, tmp_path):
    table = tmp_path / "table.jsonl"
    assert add(study, "a", table).returncode == 0
    assert add(study, "a", table).returncode == 0
    rows = [json.loads(line) for line in table.read_text().splitlines()]
    assert [row["id"] for row in rows] == [
        "a/untranslated/seed0",
        "a/untranslated/seed1",
        "a/translated/seed0",
        "a/translated/seed1",
    ]
    assert rows[2]["class_iou"] == {"road": 0.3, "sky": 0.3}
    assert rows[2]["strength"] == 0.5


def test_gains_are_at_equal_seeds(study, tmp_path):
    table = tmp_path / "table.jsonl"
    printed = add(study, "a", table).stdout
    assert "| a/translated | 2 | 0.250 ± 0.071 |" in printed
    assert "| +0.100 ± 0.141 |" in printed


def test_a_study_is_chosen_and_shows_its_classes(study, tmp_path):
    table = tmp_path / "table.jsonl"
    add(study, "a", table)
    add(study, "b", table)
    result = run_here(
        "adaptation_table", f"--table={table}", "--study=b", "--classes"
    )
    assert "### b" in result.stdout and "### a" not in result.stdout
    assert "| road | 0.150 ± 0.071 |" in result.stdout
    result = run_here("adaptation_table", f"--table={table}", "--study=c")
    assert_one_line(result, "a, b", "--study=c")


def test_studies_of_a_pattern_are_rows_of_one_table(study, tmp_path):
    table = tmp_path / "table.jsonl"
    for name in ("steps_300", "steps_1000", "other"):
        add(study, name, table)
    printed = run_here(
        "adaptation_table", f"--table={table}", "--study=steps_*"
    ).stdout
    assert printed.count("| id |") == 1
    assert printed.count("| steps_300/") == 2
    assert printed.count("| steps_1000/") == 2
    assert "other" not in printed


def test_results_need_a_name_and_a_study(study, tmp_path):
    table = f"--table={tmp_path / 'table.jsonl'}"
    result = run_here("adaptation_table", f"--results={study}", table)
    assert_one_line(result, "--study")
    result = run_here(
        "adaptation_table", f"--results={tmp_path}", "--study=a", table
    )
    assert_one_line(result, "no results.json")
