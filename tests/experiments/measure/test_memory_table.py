"""memory_table.py: it goes on where it was stopped, and fills the page."""

import json
import os

import pytest
from scripts import assert_one_line
from scripts import run_here

FLAGS = ("--filters=4", "--tile=16", "--sizes=16x8", "--modes=tiled")
ROWS = [
    {
        "size": "16x8",
        "mode": "tiled",
        "seconds": 7.0,
        "peak": 2**30,
        "before": 2**29,
    },
    {"size": "64x64", "mode": "semst", "refused": "not done after 1 s"},
]


@pytest.fixture
def measured(tmp_path):
    """A file with every row that is asked for."""
    path = tmp_path / "memory.json"
    settings = {"filters": 4, "tile": 16, "processors": os.cpu_count()}
    path.write_text(json.dumps({**settings, "rows": ROWS}))
    return path


def test_known_rows_go_into_the_page_without_a_measurement(measured, tmp_path):
    page = tmp_path / "page.md"
    page.write_text(
        "before\n<!-- begin memory -->\nold\n<!-- end memory -->\nafter\n"
    )
    before = measured.read_text()
    training = ("--crops=64", "--presets=semst")
    done = run_here(
        "memory_table",
        *FLAGS,
        *training,
        f"--output={measured}",
        f"--page={page}",
    )
    assert done.returncode == 0
    assert measured.read_text() == before
    text = page.read_text()
    assert text.startswith("before\n") and text.endswith("after\n")
    assert "old" not in text
    assert "| 16x8 | `tiled` | 1.00 GiB | 7 s |" in text
    assert "| 64x64 | `semst` | not measured: not done after 1 s |" in text


def test_rows_of_other_settings_are_not_mixed_in(measured):
    done = run_here("memory_table", "--filters=8", f"--output={measured}")
    assert done.returncode == 2
    assert_one_line(done, "other settings")


@pytest.mark.soak
def test_measures_a_translation(tmp_path):
    output = tmp_path / "memory.json"
    done = run_here("memory_table", *FLAGS, f"--output={output}")
    assert done.returncode == 0
    (row,) = json.loads(output.read_text())["rows"]
    assert row["peak"] >= row["before"] > 2**20 and row["seconds"] > 0
