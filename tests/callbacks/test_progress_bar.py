import contextlib
import io
import re

import pytest
from one_weight import compiled_model
from one_weight import train

from semst_tf.callbacks import ProgressBar
from semst_tf.callbacks import progress_bar
from semst_tf.callbacks.progress_bar import clock


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


class AsciiTerminal(Terminal):
    encoding = "ascii"


class Clock:
    """Time that passes as a test says: the first step compiles."""

    def __init__(self, compiling=1000.0, step=2.0):
        self.times = iter(
            [0.0, compiling, *(compiling + step * i for i in range(1, 10**4))]
        )

    def __call__(self):
        return next(self.times)


def printed(callback, output=None, model=None, **options):
    output = output or io.StringIO()
    with contextlib.redirect_stdout(output):
        train(model or compiled_model(), [callback], **options)
    return output.getvalue()


def test_step_time_left_loss_and_learning_rate_are_shown():
    text = printed(ProgressBar(steps=4, interval=0), Terminal(), epochs=2)
    middle = text.split("\r")[2]
    assert middle.startswith("2/4 ━━━━━━━━╌╌╌╌╌╌╌╌ ")
    assert re.search(r" \d+ s left \d+ms/step loss: \d+\.\d{4} ", middle)
    assert "learning rate: 5.0e-01" in middle
    last = text.split("\r")[-1]
    assert last.startswith("4/4 ━━━━━━━━━━━━━━━━ ")
    assert last.endswith("\n")


def test_compiling_is_no_part_of_the_time_that_is_left(monkeypatch):
    monkeypatch.setattr(progress_bar.time, "monotonic", Clock())
    text = printed(
        ProgressBar(steps=1000, interval=0), Terminal(), epochs=1, steps=3
    )
    lines = text.split("\r")
    assert "left" not in lines[1]
    # Two seconds a step, and not the 1000 of the first one.
    assert "998 steps" not in text
    assert "33 min left 2.0s/step" in lines[2]


def test_a_line_fits_a_hundred_columns_even_if_it_is_long(monkeypatch):
    monkeypatch.setattr(progress_bar.time, "monotonic", Clock(1e6, 3000.0))
    bar = ProgressBar(steps=10**7, interval=0)
    text = printed(bar, Terminal(), steps=3)
    for line in text.split("\r"):
        assert len(line.rstrip()) <= 100, line


def test_the_expected_time_is_said_once_after_ten_steps(monkeypatch):
    monkeypatch.setattr(progress_bar.time, "monotonic", Clock())
    text = printed(ProgressBar(steps=4000), Terminal(), steps=20)
    assert text.count("expected time: ") == 1
    assert "expected time: 2 h 13 min for 3989 steps, until " in text


def test_a_short_training_has_no_line_about_its_time():
    assert "expected" not in printed(ProgressBar(steps=40), steps=40)


def test_there_is_one_bar_for_all_epochs():
    text = printed(ProgressBar(steps=6), epochs=3)
    assert text.count("6/6") == 1
    assert "2/2" not in text


def test_a_log_file_gets_lines_and_no_carriage_returns():
    text = printed(ProgressBar(steps=200), epochs=2, steps=100)
    assert "\r" not in text and "\b" not in text and "\x1b" not in text
    lines = text.strip().splitlines()
    assert lines[0].startswith("1/200 ")
    assert lines[-1].startswith("200/200 ")
    assert len(lines) < 5


def test_a_terminal_of_plain_letters_gets_plain_letters():
    text = printed(ProgressBar(steps=4, interval=0), AsciiTerminal(), epochs=2)
    assert text.isascii()
    assert "2/4 ========........" in text


def test_continuing_says_where_and_counts_the_whole_training():
    model = compiled_model()
    train(model, [], steps=4)
    text = printed(ProgressBar(steps=6, first_step=4), model=model)
    assert "continuing at step 4 of 6" in text
    assert "6/6" in text
    assert "2/2" not in text


@pytest.mark.parametrize(
    ("seconds", "text"),
    [
        (0.4, "0 s"),
        (89, "89 s"),
        (90, "2 min"),
        (5940, "99 min"),
        (29100, "8 h 05 min"),
        (864000, "10 days"),
    ],
)
def test_durations_are_said_in_the_unit_that_fits(seconds, text):
    assert clock(seconds) == text
