"""length_plot.py from outside: which rows become which lines."""

import json

import pytest
from matplotlib.axes import Axes
from PIL import Image
from scripts import assert_one_line
from scripts import run_here


@pytest.fixture
def table(tmp_path):
    def run(method, steps, seed, kid):
        return {
            "id": f"streets/{method}_{steps}_steps/seed{seed}",
            "steps": steps,
            "seed": seed,
            "distance": {"kid": kid},
            "consistency": {"mean_iou": 0.3},
        }

    rows = [
        run("semst", 20, 0, 0.11),
        run("semst", 5, 0, 0.13),
        run("semst", 20, 1, 0.12),
        run("cut", 5, 0, 0.2),
        {"id": "streets/untranslated", "distance": {"kid": 0.14}},
        {**run("cut", 5, 0, 0.9), "id": "maps/cut_5_steps/seed0"},
    ]
    path = tmp_path / "long.jsonl"
    path.write_text("".join(json.dumps(row) + "\n" for row in rows))
    return path


def plot(table, *more):
    return run_here(
        "length_plot",
        f"--table={table}",
        f"--output={table.parent / 'plot.png'}",
        *more,
    )


def test_every_seed_is_a_line_in_the_order_of_steps(table, monkeypatch):
    drawn = {}
    original = Axes.plot

    def remember(self, x, y, **style):
        points = [(step, round(value, 6)) for step, value in zip(x, y)]
        drawn.setdefault(style["label"], []).append(points)
        return original(self, x, y, **style)

    monkeypatch.setattr(Axes, "plot", remember)
    result = plot(table, "--task=streets", "--scores=kid,mean_iou")
    assert result.returncode == 0, result.stderr
    assert drawn == {
        "semst, seed 0": [[(5, 13.0), (20, 11.0)], [(5, 0.3), (20, 0.3)]],
        "semst, seed 1": [[(20, 12.0)], [(20, 0.3)]],
        "cut, seed 0": [[(5, 20.0)], [(5, 0.3)]],
    }
    assert Image.open(table.parent / "plot.png").size[0] > 500


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--task=labels", ("no rows", "labels")),
        ("--scores=kid,beauty", ("--scores", "mean_iou", "beauty")),
    ],
)
def test_what_cannot_be_drawn_is_one_line_and_nothing_is_written(
    table, flag, words
):
    assert_one_line(plot(table, "--task=streets", flag), *words)
    assert not (table.parent / "plot.png").exists()
