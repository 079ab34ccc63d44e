"""Labels that a network predicts: kept, found again, refused in words."""

import keras
import numpy as np
import pytest
from folders import write_images

from semst_tf.data import ImageCollection
from semst_tf.training import predicted_labels as module
from semst_tf.training.predicted_labels import model_identity
from semst_tf.training.predicted_labels import predicted_labels


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    """A model whose class is the brightest of three channels."""
    network = keras.Sequential(
        [
            keras.Input((None, None, 3)),
            keras.layers.Conv2D(3, 1, use_bias=False),
        ]
    )
    network.set_weights([np.eye(3)[None, None]])
    path = tmp_path_factory.mktemp("model") / "segmenter.keras"
    network.save(path)
    return str(path)


@pytest.fixture
def images(tmp_path):
    return ImageCollection(write_images(tmp_path / "source", count=2))


def test_classes_are_those_of_the_model_and_written_once(
    model, images, tmp_path, monkeypatch
):
    counted = []
    labels = predicted_labels(
        images, model, 3, tmp_path / "cache", lambda *n: counted.append(n)
    )
    assert counted == [(1, 2), (2, 2)]
    for index in range(2):
        expected = images.load(index).argmax(-1)
        agree = labels.load(index) == expected
        assert agree.mean() > 0.99  # Equal channels may go either way.
    monkeypatch.setattr(module, "_load", None)  # Not needed again.
    again = predicted_labels(images, model, 3, tmp_path / "cache")
    assert again.paths == labels.paths
    elsewhere = predicted_labels(
        images, model, 3, tmp_path / "new", look=tmp_path / "cache"
    )
    assert elsewhere.paths == labels.paths
    assert not (tmp_path / "new").exists()


def test_another_image_model_or_size_is_predicted_anew(model, images, tmp_path):
    first = predicted_labels(images, model, 3, tmp_path / "cache")
    smaller = ImageCollection(tmp_path / "source", resize=(17, 20))
    second = predicted_labels(smaller, model, 3, tmp_path / "cache")
    assert not set(first.paths) & set(second.paths)
    assert second.load(0).shape == (17, 20)
    write_images(tmp_path / "other", count=2)
    (tmp_path / "other" / "0.png").replace(tmp_path / "source" / "0.png")
    third = predicted_labels(images, model, 3, tmp_path / "cache")
    assert third.paths[1] == first.paths[1]
    assert third.paths[0] != first.paths[0]
    assert model_identity(model) != model_identity("predicted")


def test_the_segmenter_that_ships_predicts_classes_of_cityscapes(
    images, tmp_path, monkeypatch
):
    class Sky:
        def predict_on_batch(self, maps):
            scores = np.zeros((*maps.shape[:3], 20))
            scores[..., 10] = 1.0
            return scores

    monkeypatch.setattr(module, "load_segmenter", Sky)
    labels = predicted_labels(images, "predicted", 19, tmp_path / "cache")
    assert (labels.load(0) == 10).all()
    assert str(labels.check()) == "sky 100 %"


def test_a_model_that_does_not_fit_is_one_line_and_leaves_nothing(
    model, images, tmp_path
):
    with pytest.raises(ValueError, match="Received: 3 classes for 5"):
        predicted_labels(images, model, 5, tmp_path / "cache")
    (tmp_path / "none.keras").write_text("no model")
    with pytest.raises(ValueError, match="none.keras") as raised:
        predicted_labels(
            images, f"{tmp_path}/none.keras", 3, tmp_path / "cache"
        )
    assert "\n" not in str(raised.value)
    assert not list((tmp_path / "cache").rglob("*.png"))
    with pytest.raises(OSError, match="nowhere"):
        model_identity(str(tmp_path / "nowhere.keras"))
