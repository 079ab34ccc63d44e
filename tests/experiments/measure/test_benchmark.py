"""The benchmark script, at the smallest size."""

import json
import shlex
import sys

import pytest
from scripts import assert_one_line
from scripts import run_here

SMALL = ("--size=16", "--filters=2", "--repetitions=1", "--warm_up=0")
BASELINE = "import sys\nfor _ in sys.stdin: print('seconds: 1 2', flush=True)"


def test_a_part_goes_into_the_file_and_the_page(tmp_path):
    page, figures = tmp_path / "page.md", tmp_path / "figures.json"
    page.write_text("<!-- begin translate -->\n<!-- end translate -->\n")
    result = run_here(
        "benchmark",
        "--part=translate",
        "--engines=keras",
        f"--output={figures}",
        f"--page={page}",
        *SMALL,
    )
    assert result.returncode == 0, result.stderr
    written = json.loads(figures.read_text())
    assert written["machine"]["processors"] >= 1
    (row,) = written["rows"]
    assert row["settings"]["engine"] == "keras"
    assert row["figures"]["seconds"] > 0
    assert "| `keras` | 1 of 16 x 16 | 2 | float32 |" in page.read_text()


def test_another_program_takes_turns(tmp_path):
    figures = tmp_path / "figures.json"
    command = f"{shlex.quote(sys.executable)} -c {shlex.quote(BASELINE)}"
    result = run_here(
        "benchmark",
        "--part=translate",
        "--engines=keras",
        f"--against={command}",
        "--against_name=a clock",
        f"--output={figures}",
        *SMALL,
    )
    assert result.returncode == 0, result.stderr
    (row,) = json.loads(figures.read_text())["rows"]
    assert row["part"] == "against"
    assert row["settings"]["against"] == "a clock"
    for kind, seconds in (("elapsed", 1.0), ("processor", 2.0)):
        ((own, other),) = row["figures"][kind]["pairs"]
        assert other == seconds
        assert row["figures"][kind]["ratio"] == pytest.approx(own / other)


@pytest.mark.parametrize(
    "arguments, words",
    [
        (["--part=train_step", "--against=x"], ["one preset"]),
        (["--part=metrics", "--answer"], ["one preset"]),
        (
            ["--part=translate", "--engines=keras", "--against=no-such-thing"],
            ["cannot be started", "no-such-thing"],
        ),
        (["--part=train_step", "--presets=best"], ["best"]),
    ],
)
def test_wrong_flags_are_one_line(arguments, words):
    result = run_here("benchmark", *arguments, *SMALL)
    assert_one_line(result, *words)
