import contextlib
import io
import re

from one_weight import compiled_model
from one_weight import train

from semst_tf.callbacks import ProgressBar


class Terminal(io.StringIO):
    def isatty(self):
        return True


def printed(callback, output=None, model=None, **options):
    output = output or io.StringIO()
    with contextlib.redirect_stdout(output):
        train(model or compiled_model(), [callback], **options)
    return re.sub(r"\x1b\[\d*m", "", output.getvalue())


def test_every_loss_step_time_and_time_left_are_shown():
    text = printed(ProgressBar(steps=4, interval=0), Terminal(), epochs=2)
    middle = text.split("\r")[2]
    assert middle.startswith("2/4 ")
    assert re.search(r" \d+s \d+[mu]?s/step ", middle)
    assert re.search(r"loss: \d\.\d+.* - mae: \d\.\d+", middle)
    assert "4/4" in text.split("\r")[-1]


def test_there_is_one_bar_for_all_epochs():
    text = printed(ProgressBar(steps=6), epochs=3)
    assert text.count("6/6") == 1
    assert "2/2" not in text


def test_a_log_file_gets_lines_and_no_carriage_returns():
    text = printed(ProgressBar(steps=200), epochs=2, steps=100)
    assert "\r" not in text and "\b" not in text
    lines = text.strip().splitlines()
    assert lines[0].strip().startswith("1/200")
    assert lines[-1].startswith("200/200")
    assert len(lines) < 5


def test_continuing_says_where_and_counts_what_is_left():
    model = compiled_model()
    train(model, [], steps=4)
    text = printed(ProgressBar(steps=6, first_step=4), model=model)
    assert "continuing at step 4 of 6" in text
    assert "2/2" in text
