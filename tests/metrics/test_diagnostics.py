"""Diagnostics of translations: structure, texture, colour, attention."""

import numpy as np
import pytest
from keras import ops

from semst_tf import metrics

pytestmark = pytest.mark.backend_neutral

PAIRED = [
    metrics.ColourShift,
    metrics.StructureInformation,
    metrics.TextureInformation,
]


def scene(seed, size=48):
    """Smooth blobs, some of them striped."""
    generator = np.random.default_rng(seed)
    coarse = generator.uniform(-0.6, 0.6, (1, size // 8, size // 8, 3))
    blobs = coarse.repeat(8, axis=1).repeat(8, axis=2)
    striped = generator.random((1, size // 8, size // 8, 1)) < 0.5
    striped = striped.repeat(8, axis=1).repeat(8, axis=2)
    stripes = 0.3 * np.sign(np.sin(np.arange(size) * np.pi / 2 + 0.1))
    return (blobs + striped * stripes[:, None]).astype("float32")


def score(metric, source, translation):
    metric.update_state(source, translation)
    return float(ops.convert_to_numpy(metric.result()))


@pytest.mark.parametrize(
    "kind", [metrics.StructureInformation, metrics.TextureInformation]
)
def test_information_is_lost_when_the_scene_is_another(kind):
    same = score(kind(), scene(0), scene(0))
    other = score(kind(), scene(0), scene(1))
    assert same > other + 0.15


def test_structure_does_not_mind_inverted_contrast():
    same = score(metrics.StructureInformation(), scene(0), scene(0))
    inverted = score(metrics.StructureInformation(), scene(0), -scene(0))
    assert inverted == pytest.approx(same, abs=0.01)


def test_colour_shift_is_the_distance_of_mean_colours():
    black = -np.ones((2, 4, 4, 3), "float32")
    shifted = black.copy()
    shifted[0] += np.array([3, 4, 0], "float32") / 127.5
    assert score(metrics.ColourShift(), black, shifted) == pytest.approx(
        5 / 2, abs=1e-4
    )


@pytest.mark.parametrize("kind", PAIRED)
def test_paired_diagnostics_average_over_images(kind):
    first, second = scene(0), scene(1)
    together = kind()
    for source, translation in ((first, first), (first, second)):
        together.update_state(source, translation)
    alone = [score(kind(), first, first), score(kind(), first, second)]
    assert float(together.result()) == pytest.approx(np.mean(alone), abs=1e-5)


def test_attention_statistics_of_all_pixels_seen():
    metric = metrics.AttentionStatistics()
    metric.update_state(np.full((1, 2, 2, 1), 1.0, "float32"))
    metric.update_state(np.full((3, 2, 2, 1), 0.0, "float32"))
    found = {k: float(v) for k, v in metric.result().items()}
    assert found == pytest.approx(
        {
            "mean": 0.25,
            "standard_deviation": np.sqrt(0.1875),
            "detail_share": 0.25,
            "context_share": 0.75,
        }
    )
    metric.reset_state()
    assert float(metric.result()["mean"]) == 0.0


def test_attention_statistics_refuse_weights():
    with pytest.raises(ValueError, match="no weights.*Received"):
        metrics.AttentionStatistics().update_state(
            np.ones((1, 2, 2, 1)), sample_weight=1.0
        )
