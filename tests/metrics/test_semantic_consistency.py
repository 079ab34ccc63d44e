import numpy as np
import pytest
import tensorflow as tf

from semst_tf.metrics import SemanticConsistency

LABELS = np.array([[0, 0, 0, 1], [1, 2, 2, 255]])
SEEN = np.array([[0, 0, 1, 1], [0, 2, 2, 2]])


def _metric(labels=LABELS, seen=SEEN, **arguments):
    metric = SemanticConsistency(
        **{"num_classes": 4, "class_names": "abcd", **arguments}
    )
    metric.update_state(labels, seen)
    return metric


def test_scores_equal_those_counted_by_hand():
    report = _metric().report()
    assert report["class_iou"] == {
        "a": pytest.approx(2 / 4),
        "b": pytest.approx(1 / 3),
        "c": 1.0,
        "d": None,
    }
    assert report["mean_iou"] == pytest.approx((2 / 4 + 1 / 3 + 1) / 3)
    assert report["pixel_accuracy"] == pytest.approx(5 / 7)
    assert report["pixel_accuracy_with_ignored"] == pytest.approx(5 / 8)
    assert report["class_accuracy"] == pytest.approx((2 / 3 + 1 / 2 + 1) / 3)
    assert (report["pixels"], report["ignored_pixels"]) == (7, 1)


def test_result_is_the_mean_iou_of_the_report():
    metric = _metric()
    assert float(metric.result()) == pytest.approx(metric.report()["mean_iou"])


def test_flips_say_which_class_became_which():
    labels = np.array([0] * 10 + [1] * 4)
    seen = np.array([1] * 3 + [0] * 7 + [0] + [2] * 2 + [1])
    metric = _metric(labels, seen)
    assert metric.report(flips=2)["flips"] == [
        {"from": "a", "to": "b", "share": 0.3, "pixels": 3},
        {"from": "b", "to": "c", "share": 0.5, "pixels": 2},
    ]
    np.testing.assert_allclose(
        metric.flip_table()[:2], [[0.7, 0.3, 0, 0, 0], [0.25, 0.25, 0.5, 0, 0]]
    )


def test_ignored_pixels_do_not_change_the_scores():
    worse = np.where(LABELS == 255, 1, SEEN)
    assert _metric(seen=worse).report() == _metric().report()


def test_scores_of_maps_are_those_of_their_largest_class():
    maps = np.eye(4)[SEEN]
    background = np.full((*SEEN.shape, 1), 9.0)
    maps = np.concatenate([maps, background], axis=-1)
    assert _metric(seen=maps).report() == _metric().report()


def test_prediction_that_is_no_class_is_wrong_and_is_listed():
    report = _metric(np.array([3, 3]), np.array([3, 7])).report()
    assert report["class_iou"]["d"] == pytest.approx(1 / 2)
    assert report["flips"][0]["to"] == "none of the classes"


def test_label_that_is_no_class_is_refused():
    with pytest.raises(ValueError, match="Received: label 11"):
        _metric(np.array([0, 11]), np.array([0, 0]))


def test_labels_in_a_graph_are_counted_as_outside():
    metric = SemanticConsistency(4)
    tf.function(metric.update_state)(tf.constant(LABELS), tf.constant(SEEN))
    assert metric.report() == _metric(class_names=None).report()


def test_shapes_must_match():
    with pytest.raises(ValueError, match="shape of the labels"):
        _metric(LABELS, SEEN[:, :2])


def test_nothing_counted_is_no_division_by_zero():
    metric = _metric(np.array([255]), np.array([1]))
    assert float(metric.result()) == 0.0
    assert metric.report()["pixel_accuracy"] is None


def test_reset_forgets_everything():
    metric = _metric()
    metric.reset_state()
    assert metric.report()["pixels"] == 0
    assert metric.report()["ignored_pixels"] == 0


def test_wrong_number_of_names_is_refused():
    with pytest.raises(ValueError, match="Received: 3 names"):
        SemanticConsistency(4, class_names="abc")
