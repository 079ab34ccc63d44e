"""Pseudo-labels: the class that is seen, where the segmenter is sure."""

import keras
import numpy as np
import pytest
from labelled_streets import ROAD
from labelled_streets import SKY
from PIL import Image

from semst_tf.adaptation import TargetImages
from semst_tf.adaptation.pseudo_labels import pseudo_labelled


def by_brightness(images):
    """Sky where it is bright, the surer the brighter."""
    bright = keras.ops.mean(images, axis=-1, keepdims=True) / 2 + 0.5
    return keras.ops.concatenate([1 - bright, bright], axis=-1)


@pytest.fixture(scope="module")
def model():
    images = keras.Input((None, None, 3))
    return keras.Model(images, keras.layers.Lambda(by_brightness)(images))


@pytest.fixture
def target(tmp_path):
    folder = tmp_path / "target"
    folder.mkdir()
    image = np.zeros((16, 32, 3), "uint8")
    image[:8] = 240
    image[8:12] = 140
    Image.fromarray(image).save(folder / "a.png")
    return TargetImages(folder)


def test_unsure_pixels_have_no_label(model, target, tmp_path):
    labelled = pseudo_labelled(
        model, target, [ROAD, SKY], tmp_path / "labels", confidence=0.9
    )
    label = labelled.label(0)
    assert set(np.unique(label[:8])) == {SKY}
    assert set(np.unique(label[8:12])) == {255}
    assert set(np.unique(label[12:])) == {ROAD}
    np.testing.assert_array_equal(labelled.image(0), target.image(0))


def test_images_may_be_segmented_at_other_proportions(model, target, tmp_path):
    squeezed = TargetImages(target.folder, (16, 16))
    labelled = pseudo_labelled(
        model, squeezed, [ROAD, SKY], tmp_path / "labels", confidence=0.9
    )
    label = labelled.label(0)
    assert label.shape == (16, 16)
    assert set(np.unique(label[:7])) == {SKY}
    assert set(np.unique(label[13:])) == {ROAD}
    written = np.asarray(Image.open(tmp_path / "labels" / "a.png"))
    assert written.shape == (16, 32)


def test_labels_that_are_there_are_kept(model, target, tmp_path):
    def label(confidence):
        return pseudo_labelled(
            model, target, [ROAD, SKY], tmp_path / "labels", confidence
        ).label(0)

    np.testing.assert_array_equal(label(0.9), label(0.5))


def test_a_segmenter_that_is_never_sure_is_refused(model, target, tmp_path):
    with pytest.raises(ValueError, match="confidence=1.0"):
        pseudo_labelled(
            *(keras.Model(model.inputs, 0.5 + 0 * model.output), target),
            [ROAD, SKY],
            tmp_path / "labels",
            confidence=1.0,
        )
