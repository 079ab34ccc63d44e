"""Distances class by class as an evaluation gives them."""

import numpy as np
import pytest
from metrics.features import MeanColours

from semst_tf.metrics import class_matched_scores
from semst_tf.metrics.class_matched_scores import ClassMatchedScores
from semst_tf.metrics.evaluation import Evaluation

SKY, ROAD = 10, 0


@pytest.fixture
def predicted(monkeypatch):
    """Replaces the segmenter: bright pixels are sky, others road."""
    seen = []

    def segment_images(_, images, size):
        for image in images:
            seen.append(image)
            yield np.where(image.mean(axis=-1) > 128, SKY, ROAD)

    monkeypatch.setattr(class_matched_scores, "load_segmenter", lambda: True)
    monkeypatch.setattr(class_matched_scores, "segment_images", segment_images)
    return seen


def scenes(count=3, sky=200, road=60):
    image = np.full((64, 128, 3), road, "uint8")
    image[:32] = sky
    label = np.where(np.arange(64)[:, None] < 32, SKY, ROAD)
    label = np.broadcast_to(label, (64, 128)).astype("uint8")
    noise = np.random.default_rng(0).integers(0, 9, (count, 64, 128, 3))
    return [image + n.astype("uint8") for n in noise], [label] * count


def scored(group, images):
    group.reset()
    for index, image in enumerate(images):
        group.add(index, image)
    return group.result()


def test_kept_targets_are_used_for_the_same_images_and_labels_only(
    monkeypatch, tmp_path
):
    class Segmenter:
        def get_weights(self):
            return [np.zeros(3)]

    monkeypatch.setattr(class_matched_scores, "load_segmenter", Segmenter)
    monkeypatch.setattr(
        class_matched_scores,
        "segment_images",
        lambda _, images, size: [np.full((64, 128), ROAD)] * len(images),
    )
    targets, target_labels = scenes()
    sources, labels = scenes(sky=230, road=120)

    def distance(targets, target_labels):
        group = ClassMatchedScores(
            targets,
            labels,
            target_labels=target_labels,
            cache=tmp_path,
            minimum_samples=3,
            size=(64, 128),
        )
        return scored(group, sources)["class_matched"]

    first = distance(targets, target_labels)
    assert distance(sources, target_labels) != first
    assert distance(targets, None) != first
    assert len(list(tmp_path.iterdir())) == 3
    monkeypatch.setattr(ClassMatchedScores, "_look_at_targets", None)
    assert distance(targets, target_labels) == first


def test_what_looks_like_the_target_is_nearer_than_what_does_not(predicted):
    targets, target_labels = scenes()
    sources, labels = scenes(sky=230, road=120)
    group = ClassMatchedScores(
        targets,
        labels,
        target_labels=target_labels,
        minimum_samples=3,
        size=(64, 128),
        network=MeanColours(),
    )
    far, near = scored(group, sources), scored(group, targets)
    assert predicted == []
    assert near["class_matched_stride_8"] < far["class_matched_stride_8"]
    assert near["class_matched_labels"] == "given"
    mean = [far[f"class_matched_stride_{stride}"] for stride in (4, 8)]
    assert far["class_matched"] == pytest.approx(np.mean(mean))


def test_labels_that_are_not_given_are_predicted_and_it_says_so(predicted):
    targets, _ = scenes()
    group = ClassMatchedScores(
        targets,
        sources=targets,
        minimum_samples=3,
        size=(64, 128),
        network=MeanColours(),
    )
    found = scored(group, targets)
    assert found["class_matched_labels"] == "predicted"
    assert found["class_matched_target_labels"] == "predicted"
    assert len(predicted) == 6
    scored(group, targets)
    assert len(predicted) == 9  # The targets are looked at once.


def test_too_few_images_give_a_reason_and_no_number(predicted):
    images, labels = scenes()
    found = scored(
        ClassMatchedScores(
            images, labels, size=(64, 128), network=MeanColours()
        ),
        images,
    )
    assert found["class_matched"] is found["class_matched_stride_4"] is None
    assert "20 images" in found["class_matched_reason"]


def test_it_needs_labels_or_sources_and_targets():
    with pytest.raises(ValueError, match="Received: labels=None, sources=None"):
        ClassMatchedScores([])
    with pytest.raises(ValueError, match="Received: targets=None"):
        Evaluation(labels=[], class_matched=True)


def test_an_evaluation_has_it_where_there_are_labels_and_targets():
    names = Evaluation(labels=[], targets=[]).log_names
    assert {"val_kid", "val_class_matched", "val_miou"} <= set(names)
    assert "val_class_matched" not in Evaluation(targets=[]).log_names
    given = Evaluation(targets=[], sources=[], class_matched=True)
    assert "val_class_matched_stride_8" in given.log_names
