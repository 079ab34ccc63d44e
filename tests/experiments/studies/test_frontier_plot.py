"""frontier_plot.py from outside: what is drawn, and from which rows."""

import json

import pytest
from matplotlib.axes import Axes
from PIL import Image
from scripts import assert_one_line
from scripts import run_here


@pytest.fixture
def tables(tmp_path):
    def frontier(method, seed, strength, kid):
        return {
            "task": "streets",
            "method": method,
            "seed": seed,
            "steps": 60,
            "strength": strength,
            "kid": kid,
            "mean_iou": 0.4 - strength / 10,
        }

    def run(name, kid):
        scores = {"distance": {"kid": kid}, "consistency": {"mean_iou": 0.2}}
        return {"id": name, "steps": 9, **scores}

    rows = [
        frontier("semst", 0, 1.0, 0.12),
        frontier("semst", 0, 0.5, 0.13),
        {**frontier("maps", 0, 0.5, 0.9), "task": "maps"},
    ]
    runs = [
        run("streets/cut/seed0", 0.2),
        run("streets/cut/seed1", 0.3),
        run("streets/real_photos", 0.01),
        run("maps/cut/seed0", 0.9),
    ]
    for name, table in (("frontier", rows), ("runs", runs)):
        text = "".join(json.dumps(row) + "\n" for row in table)
        (tmp_path / f"{name}.jsonl").write_text(text)
    return tmp_path


def plot(tables, *more):
    return run_here(
        "frontier_plot",
        f"--frontiers={tables / 'frontier.jsonl'}",
        f"--tables={tables / 'runs.jsonl'}",
        f"--output={tables / 'plot.png'}",
        *more,
    )


def test_strengths_are_a_line_seeds_a_point_and_markers_differ(
    tables, monkeypatch
):
    drawn = {}
    original = Axes.plot

    def remember(self, x, y, **style):
        drawn[style["label"]] = (list(zip(x, y)), style["marker"])
        return original(self, x, y, **style)

    monkeypatch.setattr(Axes, "plot", remember)
    result = plot(tables, "--task=streets")
    assert result.returncode == 0, result.stderr
    assert list(drawn) == ["semst, 60 steps", "cut, 9 steps"]
    (points, circle), (mean, square) = drawn.values()
    assert [round(y, 6) for _, y in points] == [13.0, 12.0]
    assert mean == [(0.2, 25.0)]
    assert circle != square
    assert Image.open(tables / "plot.png").size[0] > 500


def test_a_task_without_rows_is_one_line_and_nothing_is_written(tables):
    assert_one_line(plot(tables, "--task=labels"), "no rows", "labels")
    assert not (tables / "plot.png").exists()


def test_methods_are_chosen_and_more_than_there_are_markers_are_refused(tables):
    none = ("--only=cut", "--without=cut,real_photos")
    result = plot(tables, "--task=streets", *none)
    assert_one_line(result, "no rows")
    with (tables / "frontier.jsonl").open("a") as file:
        for number in range(30):
            row = {"task": "streets", "method": f"m{number}", "seed": 0}
            row |= {"steps": 9, "strength": 1.0, "kid": 0.1, "mean_iou": 0.3}
            file.write(json.dumps(row) + "\n")
    assert_one_line(plot(tables, "--task=streets"), "for 28", "--only")
    assert plot(tables, "--task=streets", "--only=m1*").returncode == 0
