import keras
import pytest
from one_weight import compiled_model

from semst_tf.callbacks import KeepBest


def run(callback, scores):
    """Returns after which epochs the file was written anew."""
    callback.set_model(compiled_model())
    written = []
    for epoch, logs in enumerate(scores):
        before = callback.best
        callback.on_epoch_end(epoch, logs)
        if callback.best != before:
            written.append(epoch)
    return written


def test_only_better_scores_are_kept_and_missing_ones_are_no_matter(tmp_path):
    scores = [{"a": 0.2}, {}, {"a": 0.1}, None, {"a": 0.3}, {"a": 0.3}]
    callback = KeepBest(tmp_path / "best.keras", "a")
    assert run(callback, scores) == [0, 4]
    assert keras.saving.load_model(tmp_path / "best.keras") is not None


def test_small_is_better_where_asked_and_an_old_best_counts(tmp_path):
    callback = KeepBest(tmp_path / "best.keras", "a", smaller=True, best=0.15)
    assert run(callback, [{"a": 0.2}, {"a": 0.1}]) == [1]


@pytest.mark.parametrize("score", [float("nan"), float("inf")])
def test_a_score_that_is_no_number_is_never_the_best(tmp_path, score):
    callback = KeepBest(tmp_path / "best.keras", "a")
    assert run(callback, [{"a": score}]) == []
    assert not (tmp_path / "best.keras").exists()
