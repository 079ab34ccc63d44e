"""Metrics know how they are shown, and which way is better."""

import keras
import pytest

from semst_tf import metrics
from semst_tf.metrics.all_scores import METRICS
from semst_tf.metrics.all_scores import SCORES
from semst_tf.metrics.all_scores import score_line
from semst_tf.metrics.all_scores import score_of


def test_no_two_scores_share_a_name_or_a_place():
    for names in (
        [score.log_name for score in SCORES],
        [score.heading for score in SCORES],
        [(score.group, score.key) for score in SCORES],
    ):
        assert len(set(names)) == len(names)


def test_the_best_is_the_smallest_distance_and_the_largest_agreement():
    assert score_of("val_colour_shift").best([3.0, 1.0, 2.0]) == 1.0
    for name in ("val_fid", "val_kid", "val_rmse"):
        assert score_of(name).best([1, 2]) == 1
    for name in ("val_miou", "val_ssim", "val_paired_accuracy"):
        assert score_of(name).best([1, 2]) == 2


@pytest.mark.parametrize("metric", METRICS)
def test_keras_is_told_the_direction_of_the_first_score(metric):
    assert metric._direction == metric.scores[0].direction


@pytest.mark.parametrize(
    ("metric", "better"),
    [(metrics.ColourShift, min), (metrics.StructuralSimilarity, max)],
)
def test_callbacks_of_keras_find_the_direction_on_their_own(metric, better):
    model = keras.Sequential(
        [keras.Input((16, 16, 3)), keras.layers.Conv2D(3, 1)]
    )
    model.compile(loss="mse", metrics=[metric(name="score")])
    images = keras.random.uniform((2, 16, 16, 3), -1, 1)
    stop = keras.callbacks.EarlyStopping("score", mode="auto", patience=9)
    history = model.fit(images, images, epochs=3, verbose=0, callbacks=[stop])
    assert stop.best == better(history.history["score"])


def test_an_unknown_name_lists_those_there_are():
    with pytest.raises(ValueError, match="val_kid.*Received: 'val_mIoU'"):
        score_of("val_mIoU")


def test_the_line_has_digits_factors_and_errors_and_no_diagnostics():
    line = score_line(
        {
            "distance": {
                "fid": 41.26,
                "kid": 0.0123,
                "kid_standard_error": 1e-3,
            },
            "diagnostics": {"colour_shift": 3.0},
            "paired": {"psnr": None, "ssim": 0.5},
        }
    )
    assert line == "FID 41.3, KID x100 1.23 +- 0.10, SSIM 0.500"


def test_no_labelled_pixel_is_said_in_words():
    report = metrics.SemanticConsistency().report()
    assert "no labelled pixel" in score_line({"consistency": report})
