import contextlib
import io
import re

import keras
import numpy as np
import pytest
from one_weight import compiled_model
from small import batch
from small import small_model

from semst_tf.callbacks import FitProgress
from semst_tf.callbacks import progress_bar


class Terminal(io.StringIO):
    encoding = "utf-8"

    def isatty(self):
        return True


def printed(output=None, model=None, interval=0, count=4, **options):
    """What a `fit` of `count` steps an epoch prints."""
    output = output or Terminal()
    ones = np.ones((count, 1), "float32")
    with contextlib.redirect_stdout(output):
        (model or compiled_model()).fit(
            ones,
            ones,
            batch_size=1,
            verbose=0,
            callbacks=[FitProgress(interval)],
            **options,
        )
    return output.getvalue()


def test_every_epoch_leaves_one_line_with_its_losses():
    data = (np.ones((2, 1)), np.ones((2, 1)))
    text = printed(epochs=2, validation_data=data)
    lines = [line.split("\r")[-1] for line in text.strip().split("\n")]
    assert len(lines) == 2
    for number, line in enumerate(lines, 1):
        assert re.fullmatch(
            rf"epoch {number}/2 4/4 \d+ s \d+ms/step loss: \d\.\d{{4}} "
            r"val_loss: \d\.\d{4} learning rate: 5\.0e-01 *",
            line,
        ), line


@pytest.mark.compiled  # For its 500 steps.
def test_time_left_is_that_of_all_epochs_without_the_compiling(monkeypatch):
    # The first step takes 1000 s, each other one 2 s.
    times = iter([0.0, 0.0, *(1000.0 + 2 * i for i in range(10**3))])
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: next(times))
    lines = printed(count=5, epochs=100).split("\r")
    assert lines[1].startswith("epoch 1/100 1/5 ━━━╌")
    assert "left" not in lines[1]
    # 498 steps of 2 s.
    assert lines[2].startswith("epoch 1/100 2/5 ━━━━━━╌")
    assert " 17 min left 2.0s/step loss: " in lines[2]


def test_no_line_is_longer_than_a_hundred_columns(monkeypatch):
    times = iter(3000.0 * i for i in range(10**3))
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: next(times))
    bar = FitProgress(0)
    bar.set_model(compiled_model())
    bar.set_params({"steps": 10000, "epochs": 1000})
    logs = {"loss": -1e30, "val_loss": 12345678.9}
    with contextlib.redirect_stdout(Terminal()) as output:
        bar.on_train_begin()
        bar.on_epoch_begin(998)
        for number in range(9997, 10000):
            bar.on_train_batch_end(number, {"loss": -1e30})
        bar.on_epoch_end(998, logs)
    for line in re.split("[\r\n]", output.getvalue()):
        assert len(line.rstrip()) <= 100, line


def test_validation_is_no_part_of_the_time_of_a_step(monkeypatch):
    now = [0.0]
    monkeypatch.setattr(progress_bar.time, "monotonic", lambda: now[0])
    bar = FitProgress(0)
    bar.set_model(compiled_model())
    bar.set_params({"steps": 2, "epochs": 2})
    with contextlib.redirect_stdout(Terminal()) as output:
        bar.on_train_begin()
        bar.on_epoch_begin(0)
        for number in range(2):
            now[0] += 3
            bar.on_train_batch_end(number)
        bar.on_test_begin()
        now[0] += 600
        bar.on_test_end()
        bar.on_epoch_end(0)
    assert "epoch 1/2 2/2 606 s" not in output.getvalue()
    assert output.getvalue().count("3.0s/step") == 2


def test_data_of_unknown_length_counts_and_knows_the_next_epoch():
    tf = pytest.importorskip("tensorflow")
    data = tf.data.Dataset.from_tensors((np.ones((1, 1)),) * 2).repeat(3)
    data = data.filter(lambda *_: True)
    output = Terminal()
    with contextlib.redirect_stdout(output):
        compiled_model().fit(
            data, epochs=2, verbose=0, callbacks=[FitProgress(0)]
        )
    lines = output.getvalue().split("\r")
    assert lines[1].startswith("epoch 1/2 1 loss: ")
    assert "epoch 2/2 2/3 ━━━━━━━━━━╌╌╌╌╌╌ " in output.getvalue()


def test_a_log_file_gets_a_line_an_epoch():
    text = printed(io.StringIO(), interval=0.5, epochs=3)
    assert "\r" not in text
    # And the first step, which says that it goes on.
    assert text.count("\n") == 4


@pytest.fixture(scope="module")
def model():
    model = small_model("fastcut", **{"training.steps": 1})
    model.compile(run_eagerly=True)
    return model


def fitted(model, **options):
    with contextlib.redirect_stdout(Terminal()) as output:
        model.fit(batch(1), **options)
    return output.getvalue()


def test_fit_shows_it_by_default_and_keras_shows_nothing(model):
    text = fitted(model)
    assert re.match(r"\repoch 1/1 1/1 ━+ loss: .* learning rate: ", text)
    assert "Epoch 1/1" not in text and "\b" not in text


def test_what_was_chosen_is_shown_instead(model):
    assert fitted(model, verbose=0) == ""
    assert "adversarial: " in fitted(model, verbose=2)
    bar = keras.callbacks.ProgbarLogger()
    assert "adversarial: " in fitted(model, callbacks=[bar])
