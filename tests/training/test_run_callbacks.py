import json

import pytest

from semst_tf.metrics.all_scores import score_of
from semst_tf.storage.checkpoint_files import Position
from semst_tf.training.run_callbacks import RunCallbacks
from semst_tf.training.writing_intervals import WritingIntervals


@pytest.mark.parametrize(
    ("monitor", "best"),
    [("val_colour_shift", 0.5), ("val_kid", 0.5), ("val_structure", 0.9)],
)
def test_the_best_of_before_is_that_of_the_score_s_own_direction(
    monitor, best, tmp_path
):
    values = (0.9, 0.5, 0.0)  # The last one is of a step that was lost.
    history = [{"step": i, monitor: v} for i, v in enumerate(values, start=1)]
    (tmp_path / "metrics.json").write_text(json.dumps({"history": history}))
    callbacks = RunCallbacks(
        tmp_path,
        tmp_path,
        steps=3,
        intervals=WritingIntervals(1, 1, 1, 1),
        images=None,
        validation="scores",
        score=score_of(monitor),
    )
    position = Position(step=2, batches=2, metrics=[])
    scores, keep_best, _ = callbacks.validating(position, None, None)
    assert scores == "scores"
    assert keep_best.best == best
    assert keep_best.smaller == (best == 0.5)


@pytest.mark.parametrize(
    "steps",
    [(2, 3, 4, 1), (2, 4, 5, 1), (0, 4, 4, 1), (2, 4, 0, 1), (2, 4, 4, 0)],
)
def test_intervals_that_do_not_fit_are_refused(steps):
    with pytest.raises(ValueError, match="must be .*Received: "):
        WritingIntervals(*steps)
