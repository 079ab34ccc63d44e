"""The scores of translations whose right answer is known."""

import numpy as np
import pytest

from semst_tf import metrics

CLASSES = [
    metrics.PeakSignalToNoiseRatio,
    metrics.PhotoToMapAccuracy,
    metrics.ImageRootMeanSquaredError,
    metrics.StructuralSimilarity,
]


def _image(values):
    """Bytes as a batch of one image in [-1, 1]."""
    return np.array(values, "float32")[None] / 127.5 - 1.0


def _score(metric, y_true, y_pred):
    metric.update_state(y_true, y_pred)
    return float(metric.result())


def test_root_mean_squared_error_sums_over_channels():
    black = np.zeros((2, 2, 3))
    other = black.copy()
    other[0, 0] = (30, 40, 0)
    score = _score(
        metrics.ImageRootMeanSquaredError(), _image(black), _image(other)
    )
    assert score == pytest.approx(np.sqrt((30**2 + 40**2) / 4), rel=1e-5)


def test_map_accuracy_needs_every_channel_below_the_threshold():
    black = np.zeros((1, 4, 3))
    other = black.copy()
    other[0, 0] = (4, 4, 4)
    other[0, 1] = (0, 5, 0)
    other[0, 2] = (4.4, 0, 0)
    score = _score(metrics.PhotoToMapAccuracy(), _image(black), _image(other))
    assert score == pytest.approx(3 / 4)
    strict = metrics.PhotoToMapAccuracy(threshold=4)
    assert _score(strict, _image(black), _image(other)) == (
        pytest.approx(1 / 4)
    )


def test_peak_signal_to_noise_ratio_is_in_decibels():
    black = np.zeros((3, 3, 3))
    score = _score(
        metrics.PeakSignalToNoiseRatio(),
        _image(black),
        _image(black + 25.0),
    )
    assert score == pytest.approx(20 * np.log10(255 / 25), rel=1e-5)


def test_structural_similarity_falls_with_noise():
    rng = np.random.default_rng(0)
    image = rng.uniform(0, 255, (16, 16, 3))
    scores = [
        _score(
            metrics.StructuralSimilarity(),
            _image(image),
            _image(image + rng.normal(size=image.shape) * noise),
        )
        for noise in (0, 20, 80)
    ]
    assert scores[0] == pytest.approx(1, abs=1e-5)
    assert scores[0] > scores[1] > scores[2]


@pytest.mark.parametrize("metric_class", CLASSES)
def test_score_is_the_mean_over_images(metric_class):
    rng = np.random.default_rng(0)
    y_true = rng.uniform(-1, 1, (4, 12, 12, 3)).astype("float32")
    noise = rng.normal(size=y_true.shape) * 0.1
    y_pred = (y_true + noise).astype("float32")
    metric = metric_class()
    metric.update_state(y_true[:3], y_pred[:3])
    metric.update_state(y_true[3:], y_pred[3:])
    singles = [
        _score(metric_class(), y_true[i : i + 1], y_pred[i : i + 1])
        for i in range(4)
    ]
    assert float(metric.result()) == pytest.approx(np.mean(singles), rel=1e-4)
