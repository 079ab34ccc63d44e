import keras
import numpy as np
import pytest

from semst_tf.adaptation import efficientnet_segmenter


@pytest.fixture(scope="module")
def model():
    return efficientnet_segmenter(classes=3, filters=1, seed=4)


def seen(model):
    images = np.random.default_rng(0).uniform(-1, 1, (2, 32, 64, 3))
    return model.predict_on_batch(images.astype("float32"))


def test_it_gives_probabilities_of_every_pixel(model):
    maps = seen(model)
    assert maps.shape == (2, 32, 64, 3)
    np.testing.assert_allclose(maps.sum(axis=-1), 1.0, atol=1e-5)


def test_only_the_head_is_trained_while_the_backbone_is_frozen(model):
    head = model.get_layer("head")
    assert len(model.trainable_variables) == len(head.trainable_variables)
    trained = efficientnet_segmenter(3, filters=1, backbone_rate=0.1)
    assert len(trained.trainable_variables) > len(head.trainable_variables)


def test_it_can_be_saved_and_follows_from_its_seed(model, tmp_path):
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    np.testing.assert_array_equal(seen(loaded), seen(model))
    same = efficientnet_segmenter(classes=3, filters=1, seed=4)
    np.testing.assert_array_equal(seen(same), seen(model))
    other = efficientnet_segmenter(classes=3, filters=1, seed=5)
    assert np.abs(seen(other) - seen(model)).max() > 1e-3


@pytest.mark.parametrize(
    "arguments", [{"classes": 1}, {"classes": 2, "filters": 0}]
)
def test_a_segmenter_that_cannot_be_is_refused(arguments):
    with pytest.raises(ValueError, match="Received: classes="):
        efficientnet_segmenter(**arguments)
