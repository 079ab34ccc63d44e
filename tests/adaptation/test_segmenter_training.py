"""A training that follows from its seed, and can be continued."""

import importlib
import itertools
import sys

import keras
import numpy as np
import pytest
from labelled_streets import ROAD
from labelled_streets import SKY
from labelled_streets import small_segmenter
from labelled_streets import write_streets

from semst_tf.adaptation import LabelledImages
from semst_tf.adaptation import SegmenterRecipe
from semst_tf.adaptation import segmenter
from semst_tf.adaptation import train_segmenter

# The package has the function under the name of its file.
training = importlib.import_module("semst_tf.adaptation.segmenter_training")

CLASSES = [ROAD, SKY]
RECIPE = SegmenterRecipe(
    filters=4, steps=6, fine_tuning_steps=2, batch_size=2, checkpoint_every=2
)


@pytest.fixture(scope="module")
def labelled_images(tmp_path_factory):
    folder = write_streets(tmp_path_factory.mktemp("streets") / "six")
    return LabelledImages(
        folder / "images", folder / "labels", "cityscapes_train_ids"
    )


@pytest.fixture
def small(monkeypatch):
    monkeypatch.setattr(
        training,
        "make_segmenter",
        lambda recipe, classes, seed: small_segmenter(
            classes, recipe.filters, seed
        ),
    )


def first_batches(labelled_images, count, **options):
    batches = training.training_examples(
        labelled_images, CLASSES, 2, 3, **options
    )
    return list(itertools.islice(batches, count))


def assert_equal_weights(one, other):
    for a, b in zip(one.get_weights(), other.get_weights(), strict=True):
        np.testing.assert_array_equal(a, b)


def test_batches_are_the_same_wherever_they_begin(labelled_images):
    later = first_batches(labelled_images, 2, first_step=4)
    for expected, batch in zip(first_batches(labelled_images, 6)[4:], later):
        for a, b in zip(expected, batch):
            np.testing.assert_array_equal(a, b)


def test_every_image_is_seen_once_before_any_comes_again(labelled_images):
    brightness = [
        round(float(image.mean()), 5)
        for images, _ in first_batches(labelled_images, 6)
        for image in images
    ]
    assert len(set(brightness[:6])) == 6
    assert sorted(brightness[:6]) == sorted(brightness[6:])


def test_a_flip_takes_the_label_along():
    class Slanted:
        """Bright at the left, with the sky there."""

        def __len__(self):
            return 1

        def image(self, index):
            return (
                np.where(self.label(index) == SKY, 250, 5)[..., None]
                .repeat(3, axis=-1)
                .astype("uint8")
            )

        def label(self, index):
            label = np.full((32, 32), ROAD, "uint8")
            label[:, :10] = SKY
            return label

    seen = set()
    for images, labels in first_batches(Slanted(), 8):
        for image, label in zip(images, labels):
            np.testing.assert_array_equal(image[..., 0] > 0, label == 1)
            seen.add(bool(label[0, 0]))
    assert seen == {True, False}


def test_what_is_added_to_fit_the_stride_has_no_label(labelled_images):
    images, labels = first_batches(labelled_images, 1)[0]
    assert images.shape == (2, 32, 32, 3)
    assert labels.shape == (2, 32, 32)
    assert set(np.unique(labels[:, 16:])) == {255}
    assert set(np.unique(labels[:, :16])) == {0, 1, 255}


def test_sets_take_turns_and_are_filled_up_to_the_largest(
    labelled_images, tmp_path
):
    folder = write_streets(tmp_path / "tall", count=2, size=(64, 32))
    tall = LabelledImages(
        folder / "images", folder / "labels", "cityscapes_train_ids"
    )
    batches = training.training_examples([labelled_images, tall], CLASSES, 2, 3)
    images, labels = next(batches)
    assert images.shape == (2, 64, 32, 3)
    assert set(np.unique(labels[0, 16:])) == {255}
    assert 255 not in labels[1, -8:]
    (alone, _), _ = itertools.islice(
        training.training_examples(labelled_images, CLASSES, 1, 3), 2
    )
    np.testing.assert_array_equal(images[0, :32], alone[0])


def test_features_are_computed_once_and_again_where_memory_ends(
    labelled_images,
):
    computed = []

    class Cache(training.FeatureCache):
        def _computed(self, layer, image):
            computed.append(image.tobytes())
            mean = image.mean(keepdims=True).astype("float16")
            return {"stride_4": mean}

    found = []
    for limit in (2**20, 0):
        cache = Cache(limit)
        batches = training.training_examples(
            labelled_images,
            CLASSES,
            2,
            3,
            features=lambda *choice: cache.features(None, *choice),
        )
        found.append(list(itertools.islice(batches, 12)))
        computed.append("end")
    kept = computed.index("end")
    assert kept == len(set(computed[:kept])) <= 12
    assert len(computed) - kept - 2 == 24
    for one, other in zip(*found, strict=True):
        np.testing.assert_array_equal(one[0]["stride_4"], other[0]["stride_4"])
        np.testing.assert_array_equal(one[1], other[1])


def test_probabilities_of_a_frozen_backbone_are_those_of_the_whole_model(
    labelled_images,
):
    model = training.make_segmenter(RECIPE, 2, seed=1)
    (maps,) = training.probabilities(
        model, labelled_images, training.FeatureCache(), [3]
    )
    assert maps.shape == (16, 32, 2)
    image = np.pad(
        labelled_images.image(3), [(0, 16), (0, 0), (0, 0)], "symmetric"
    )
    whole = model.predict_on_batch(image[None].astype("float32") / 127.5 - 1)
    np.testing.assert_allclose(maps, whole[0, :16], atol=2e-3)


def test_classes_that_are_not_taught_do_not_count():
    label = np.array([[ROAD, SKY, 13, 255]], "uint8")
    assert training.places_in([SKY, 13], label).tolist() == [[255, 0, 1, 255]]


def test_a_stopped_training_continues_as_if_it_had_not(
    labelled_images, small, tmp_path, monkeypatch
):
    def train(folder):
        return train_segmenter(
            folder, labelled_images, CLASSES, RECIPE, 6, seed=1
        )

    whole = train(tmp_path / "whole")
    saves = []
    save = training.Checkpoints.save

    def save_and_stop(self):
        saves.append(save(self))
        if len(saves) == 2:
            raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(training.Checkpoints, "save", save_and_stop)
        with pytest.raises(KeyboardInterrupt):
            train(tmp_path / "stopped")
    assert saves[-1].exists()
    assert_equal_weights(train(tmp_path / "stopped"), whole)


def test_a_finished_training_is_read_not_repeated(
    labelled_images, small, tmp_path, monkeypatch
):
    def train():
        return train_segmenter(
            tmp_path, labelled_images, CLASSES, RECIPE, 2, seed=0
        )

    trained = train()
    monkeypatch.setattr(training, "_fit", None)
    assert_equal_weights(train(), trained)
    assert sorted(path.name for path in tmp_path.iterdir()) == ["model.keras"]


def test_fine_tuning_starts_from_the_trained_weights(
    labelled_images, small, tmp_path
):
    slow = SegmenterRecipe(
        filters=4, steps=2, learning_rate=1e-9, checkpoint_every=2
    )
    start = train_segmenter(
        tmp_path / "a", labelled_images, CLASSES, RECIPE, 6, seed=0
    )
    tuned = train_segmenter(
        *(tmp_path / "b", labelled_images, CLASSES, slow, 2),
        seed=5,
        start=tmp_path / "a" / "model.keras",
    )
    for a, b in zip(start.get_weights(), tuned.get_weights(), strict=True):
        np.testing.assert_allclose(a, b, atol=1e-6)


def test_seeds_differ(labelled_images, small, tmp_path):
    models = [
        train_segmenter(
            tmp_path / str(seed), labelled_images, CLASSES, RECIPE, 2, seed=seed
        )
        for seed in (0, 1)
    ]
    one, other = (model.get_weights()[0] for model in models)
    assert np.abs(one - other).max() > 1e-3


@pytest.mark.parametrize(
    "field",
    [
        {"steps": 5},
        {"fine_tuning_steps": 3},
        {"batch_size": 0},
        {"segmenter": "unet"},
        {"backbone_rate": -1.0},
        {"backbone_rate": float("nan")},
        {"learning_rate": float("nan")},
        {"backbone_rate": 0.1, "segmenter": "deeplab"},
    ],
)
def test_a_recipe_that_does_not_fit_is_refused(field):
    with pytest.raises(ValueError, match=next(iter(field))):
        SegmenterRecipe(checkpoint_every=2, **{"steps": 4, **field})


@pytest.mark.parametrize(
    "arguments", [{"classes": 1}, {"classes": 2, "filters": 3}]
)
def test_a_segmenter_that_cannot_be_is_refused(arguments):
    with pytest.raises(ValueError, match="Received: classes="):
        segmenter(**arguments)


def test_without_keras_cv_the_line_says_what_to_install(monkeypatch):
    monkeypatch.setitem(sys.modules, "keras_cv", None)
    with pytest.raises(ValueError, match=r"semst-tf\[adaptation\]"):
        segmenter(classes=2)


def test_the_deeplab_gives_probabilities_and_can_be_saved(tmp_path):
    model = segmenter(classes=3, filters=2, seed=4)
    images = np.random.default_rng(0).uniform(-1, 1, (1, 32, 64, 3))
    seen = model.predict_on_batch(images.astype("float32"))
    assert seen.shape == (1, 32, 64, 3)
    np.testing.assert_allclose(seen.sum(axis=-1), 1.0, atol=1e-5)
    model.save(tmp_path / "model.keras")
    loaded = keras.saving.load_model(tmp_path / "model.keras")
    assert_equal_weights(loaded, model)
    assert_equal_weights(segmenter(classes=3, filters=2, seed=4), model)
