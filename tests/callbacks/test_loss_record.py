import json

import pytest
from one_weight import compiled_model
from one_weight import train

from semst_tf.callbacks import LossRecord
from semst_tf.storage.loss_history import read_history


def test_one_row_an_epoch_with_step_and_every_metric(tmp_path):
    path = tmp_path / "metrics.json"
    train(compiled_model(), [LossRecord(path)], epochs=3)
    record = json.loads(path.read_text())
    assert [row["step"] for row in record["history"]] == [2, 4, 6]
    for row in record["history"]:
        assert set(row) == {"step", "seconds", "loss", "mae"}
    assert record["steps"] == 6
    assert record["seconds"] == record["history"][-1]["seconds"] > 0


def test_continuing_joins_the_curve_and_the_clock(tmp_path):
    path = tmp_path / "metrics.json"
    model = compiled_model()
    train(model, [LossRecord(path)], epochs=2)
    before = read_history(path)
    train(model, [LossRecord(path)], epochs=2)
    history = read_history(path)
    assert history[:2] == before
    assert [row["step"] for row in history] == [2, 4, 6, 8]
    assert history[2]["seconds"] >= before[-1]["seconds"]


def test_rows_after_the_step_where_training_begins_are_dropped(tmp_path):
    path = tmp_path / "metrics.json"
    rows = [{"step": s, "seconds": float(s), "loss": 9.0} for s in (2, 4, 6)]
    path.write_text(json.dumps({"history": rows}))
    model = compiled_model()
    train(model, [])
    train(model, [LossRecord(path)])
    history = read_history(path)
    assert history[0] == rows[0]
    assert [row["step"] for row in history] == [2, 4]
    assert history[1]["loss"] < 9.0
    assert history[1]["seconds"] == pytest.approx(2.0, abs=1.5)


def test_later_rows_are_gone_also_if_the_training_stops_at_once(tmp_path):
    path = tmp_path / "metrics.json"
    rows = [{"step": s, "seconds": float(s), "loss": 9.0} for s in (0, 2)]
    path.write_text(json.dumps({"history": rows}))
    record = LossRecord(path)
    record.set_model(compiled_model())
    record.on_train_begin()
    assert read_history(path) == rows[:1]


def test_a_file_that_is_missing_is_an_empty_history(tmp_path):
    assert read_history(tmp_path / "missing.json") == []
