"""Figures of artefacts on images that have known ones."""

import numpy as np
import pytest
from keras import ops

from semst_tf.metrics.edge_halos import EdgeHalos
from semst_tf.metrics.periodic_artefacts import PeriodicArtefacts

pytestmark = pytest.mark.backend_neutral


def flat(height=70, width=100, channels=3, count=2):
    return np.zeros((count, height, width, channels), "float32")


def levels(values):
    """From levels of 0 to 255 to the range of images."""
    return (np.asarray(values) / 127.5).astype("float32")


def measured(metric, source, output):
    metric.update_state(source, output)
    return float(ops.convert_to_numpy(metric.result()))


def wave(period, axis=1, amplitude=20, **arguments):
    images = flat(**arguments)
    places = np.arange(images.shape[axis]) * 2 * np.pi / period
    shape = [1, 1, 1, 1]
    shape[axis] = -1
    return images + levels(amplitude * np.cos(places)).reshape(shape)


@pytest.mark.parametrize("metric", [PeriodicArtefacts, EdgeHalos])
def test_keras_is_told_that_less_is_better(metric):
    assert metric._direction == metric.scores[0].direction == "down"


@pytest.mark.parametrize("period, axis", [(4, 1), (4, 2)])
def test_a_pattern_counts_by_its_root_mean_square(period, axis):
    value = measured(PeriodicArtefacts(), flat(), wave(period, axis))
    assert value == pytest.approx(20 / np.sqrt(2), rel=0.05)


def test_checkerboards_of_single_pixels_count_once():
    rows, columns = np.indices((70, 100))
    board = levels(10 * (-1.0) ** (rows + columns))[None, ..., None]
    value = measured(PeriodicArtefacts(), flat(), flat() + board)
    assert value == pytest.approx(10, rel=0.05)


def test_other_periods_and_gradients_are_no_pattern_of_the_stride():
    slope = flat() + np.linspace(-0.5, 0.5, 100, dtype="f")[:, None]
    for output in (wave(16), wave(8), slope, flat() + 0.7):
        assert measured(PeriodicArtefacts(), flat(), output) < 0.5
    waves = PeriodicArtefacts(periods=(8, 16), name="waves")
    value = measured(waves, flat(), wave(16))
    assert value == pytest.approx(20 / np.sqrt(2), rel=0.05)


def test_where_the_source_has_texture_nothing_is_measured():
    source, output = wave(4, count=1), wave(4, amplitude=60, count=1)
    assert np.isnan(measured(PeriodicArtefacts(), source, output))
    source[:, :32, :32] = 0
    output[:, :32, :32] = 0
    assert measured(PeriodicArtefacts(), source, output) == 0


def test_grey_translations_of_colour_images_are_measured():
    output = wave(4, channels=1)
    value = measured(PeriodicArtefacts(), flat(), output)
    assert value == pytest.approx(20 / np.sqrt(2), rel=0.05)


def test_batches_add_up_and_reset_forgets():
    metric = PeriodicArtefacts()
    metric.update_state(flat(), flat())
    metric.update_state(flat(), wave(4))
    value = float(ops.convert_to_numpy(metric.result()))
    assert value == pytest.approx(20 / np.sqrt(2) / np.sqrt(2), rel=0.05)
    metric.reset_state()
    assert np.isnan(float(ops.convert_to_numpy(metric.result())))


def test_windows_that_do_not_fit_are_refused():
    for arguments in ({"periods": (3,)}, {"periods": (32,)}, {"periods": ()}):
        with pytest.raises(ValueError, match="Received: periods="):
            PeriodicArtefacts(**arguments)
    with pytest.raises(ValueError, match="at least 32 rows"):
        PeriodicArtefacts().update_state(flat(31, 64), flat(31, 64))


def halves(axis, width=60):
    """One half dark and one half bright."""
    images = np.full((1, width, width, 3), -0.5, "float32")
    if axis == 1:
        images[:, width // 2 :] = 0.5
    else:
        images[:, :, width // 2 :] = 0.5
    return images


@pytest.mark.parametrize("axis", [1, 2])
def test_a_rim_on_one_side_of_an_edge_is_half_a_rim_on_both(axis):
    source = halves(axis)
    assert measured(EdgeHalos(), source, 0.5 * source) == 0
    one = source.copy()
    rim = [slice(None)] * 4
    rim[axis] = slice(30, 36)
    one[tuple(rim)] += levels(20)
    assert measured(EdgeHalos(), source, one) == pytest.approx(10, rel=0.1)
    rim[axis] = slice(24, 30)
    one[tuple(rim)] += levels(20)
    assert measured(EdgeHalos(), source, one) == pytest.approx(20, rel=0.1)


def test_edges_of_the_translation_and_textured_sides_do_not_count():
    plain = np.zeros_like(halves(1))
    assert np.isnan(measured(EdgeHalos(), plain, halves(1)))
    textured = halves(2) + wave(4, count=1, height=60, width=60, axis=2)
    assert np.isnan(measured(EdgeHalos(), textured, textured))


def test_small_images_have_no_halo():
    assert np.isnan(measured(EdgeHalos(), flat(9, 12), flat(9, 12)))


@pytest.mark.parametrize(
    "made", [PeriodicArtefacts((8,), 16), EdgeHalos(30, 4)]
)
def test_weights_are_refused(made):
    with pytest.raises(ValueError, match="takes no weights"):
        made.update_state(flat(), flat(), sample_weight=1)
