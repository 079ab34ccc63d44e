"""samples_figure.py from outside: columns of grids, one below the other."""

import numpy as np
import pytest
from PIL import Image
from scripts import assert_one_line
from scripts import run_here

from semst_tf.data.image_grid import image_grid


@pytest.fixture
def run(tmp_path):
    (tmp_path / "samples").mkdir()
    for step in (5, 20):
        rows = [
            [
                np.full((160, 200, 3), start + column, "uint8")
                for column in (1, 2, 3)
            ]
            for start in (0, 10 * step)
        ]
        grid = Image.fromarray(image_grid(rows))
        grid.save(tmp_path / "samples" / f"step_{step:08d}.png")
    return tmp_path


def draw(run, *more):
    return run_here(
        "samples_figure",
        f"--run={run}",
        "--steps=5,20",
        "--of=3",
        "--columns=3,1",
        f"--output={run / 'figure.png'}",
        *more,
    )


def test_sources_stand_above_translations_of_later_and_later_steps(run):
    result = draw(run)
    assert result.returncode == 0, result.stderr
    pixels = np.asarray(Image.open(run / "figure.png"))
    assert pixels.shape == (3 * (160 + 22 + 6) - 6, 2 * (200 + 6) - 6, 3)
    for number, (left, right) in enumerate([(3, 1), (53, 51), (203, 201)]):
        line = pixels[number * 188 :][:160]
        assert (line[:, :200] == left).all()
        assert (line[:, 206:] == right).all()


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--steps=5,6", ["step_00000006.png"]),
        ("--columns=4", ["--columns", "from 1 to 3", "4"]),
        ("--steps=some", ["--steps", "some"]),
    ],
)
def test_what_is_not_there_is_one_line(run, flag, words):
    assert_one_line(draw(run, flag), *words)
    assert not (run / "figure.png").exists()
