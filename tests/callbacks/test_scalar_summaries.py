import pytest
from one_weight import compiled_model
from one_weight import train
from summaries import scalars

from semst_tf.callbacks import ScalarSummaries


def test_every_metric_and_the_learning_rate_at_the_optimizers_step(tmp_path):
    train(compiled_model(0.25), [ScalarSummaries(tmp_path)], epochs=3)
    curves = scalars(tmp_path)
    assert set(curves) == {"loss", "mae", "learning_rate"}
    for curve in curves.values():
        assert [step for step, _ in curve] == [2, 4, 6]
    assert {rate for _, rate in curves["learning_rate"]} == {0.25}


def test_curves_of_a_training_that_was_continued_join(tmp_path):
    model = compiled_model()
    train(model, [ScalarSummaries(tmp_path)])
    train(model, [ScalarSummaries(tmp_path)])
    assert [step for step, _ in scalars(tmp_path)["loss"]] == [2, 4]


def test_values_are_those_of_the_epoch(tmp_path):
    model = compiled_model()
    logs = {}

    class Remember(ScalarSummaries):
        def on_epoch_end(self, epoch, logs_now=None):
            logs.update(logs_now)
            super().on_epoch_end(epoch, logs_now)

    train(model, [Remember(tmp_path)])
    (_, loss) = scalars(tmp_path)["loss"][0]
    assert loss == pytest.approx(logs["loss"], rel=1e-6)
