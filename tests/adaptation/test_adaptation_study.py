"""A whole study, with networks that take no time."""

import importlib
import json

import numpy as np
import pytest
from labelled_streets import ROAD
from labelled_streets import SKY
from labelled_streets import small_segmenter
from labelled_streets import write_streets
from PIL import Image

from semst_tf.adaptation import AdaptationStudy
from semst_tf.adaptation import LabelledImages
from semst_tf.adaptation import SegmenterRecipe
from semst_tf.adaptation import TargetImages
from semst_tf.networks import ResNetGenerator
from semst_tf.storage.sole_writer import sole_writer

# The package has functions under the names of their files.
training = importlib.import_module("semst_tf.adaptation.segmenter_training")
studies = importlib.import_module("semst_tf.adaptation.adaptation_study")
translation = importlib.import_module(
    "semst_tf.adaptation.labelled_translation"
)

RECIPE = SegmenterRecipe(
    filters=4, steps=4, fine_tuning_steps=2, batch_size=2, checkpoint_every=2
)


class Unchanging:
    """A translator that returns what it gets."""

    input_channels = output_channels = 3

    def predict_on_batch(self, images):
        return images


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    folder = tmp_path_factory.mktemp("study")
    sets = []
    for name, count in (("source", 6), ("test", 2)):
        streets = write_streets(folder / name, count)
        sets.append(
            LabelledImages(
                streets / "images",
                streets / "labels",
                "cityscapes_train_ids",
            )
        )
    return sets


@pytest.fixture
def study(images, tmp_path, monkeypatch):
    """Makes studies in one directory, with a translator and small networks."""

    def make_segmenter(recipe, classes, seed):
        return small_segmenter(classes, recipe.filters, seed)

    monkeypatch.setattr(training, "make_segmenter", make_segmenter)
    monkeypatch.setattr(studies, "make_segmenter", make_segmenter)
    path = tmp_path / "translator.keras"
    ResNetGenerator(filters=4, blocks=1, seed=1).save(path)

    def make(**options):
        options = {"seeds": 1, "recipe": RECIPE, "translator": path, **options}
        return AdaptationStudy(tmp_path / "run", *images, **options)

    return make


def test_a_translator_that_changes_nothing_gains_nothing(study, monkeypatch):
    monkeypatch.setattr(studies, "load_translator", lambda *_: Unchanging())
    monkeypatch.setattr(studies, "check_mode", lambda *arguments: None)
    monkeypatch.setattr(
        translation, "translate", lambda network, image, mode: image
    )
    cells = study(seeds=2).run()["cells"]
    assert cells["translated"] == cells["untranslated"]
    first, second = cells["translated"]
    assert first != second


def test_translated_images_keep_names_and_labels(study, images, tmp_path):
    study().run()
    source = images[0]
    translated = LabelledImages(
        tmp_path / "run/translated/images",
        tmp_path / "run/translated/labels",
        "cityscapes_train_ids",
    )
    assert translated.names == source.names
    for index in range(len(source)):
        np.testing.assert_array_equal(
            translated.label(index), source.label(index)
        )
    assert (translated.image(0) != source.image(0)).any()


def test_results_can_be_read_back_and_name_no_place(study, tmp_path):
    results = study().run()
    text = (tmp_path / "run" / "results.json").read_text()
    assert json.loads(text) == results
    assert str(tmp_path) not in text
    assert results["scored_classes"] == ["road", "sky"]
    assert (tmp_path / "run" / "table.md").read_text().startswith("| IoU |")


def test_a_finished_study_is_not_repeated_but_gets_more_seeds(
    study, monkeypatch
):
    first = study(seeds=1).run()
    trained = []
    monkeypatch.setattr(
        studies, "train_segmenter", _recorded(studies.train_segmenter, trained)
    )
    assert study(seeds=1).run() == first
    assert not trained
    more = study(seeds=2).run()
    assert trained == ["seed_1", "seed_1"]
    assert more["cells"]["translated"][0] == first["cells"]["translated"][0]


def _recorded(train, trained):
    def train_and_record(folder, *arguments):
        trained.append(folder.name)
        return train(folder, *arguments)

    return train_and_record


def test_a_stopped_translation_continues(study, images, monkeypatch):
    whole = study().run()
    done = []
    original = translation.translate

    def translate_three(*arguments, **options):
        if len(done) == 3:
            raise KeyboardInterrupt
        done.append(1)
        return original(*arguments, **options)

    folder = study().workdir.parent / "other"
    other = study()
    other.workdir = folder
    with monkeypatch.context() as patch:
        patch.setattr(translation, "translate", translate_three)
        with pytest.raises(KeyboardInterrupt):
            other.run()
    assert len(list((folder / "translated" / "images").iterdir())) == 3
    assert other.run() == whole


def test_fine_tuning_adds_three_ways_of_training(study, images):
    study().run()
    cells = study(fine_tuning=images[1]).run()["cells"]
    assert list(cells) == [
        "untranslated",
        "translated",
        "nothing, fine-tuned",
        "untranslated, fine-tuned",
        "translated, fine-tuned",
    ]
    tuned = [cells[name][0] for name in list(cells)[2:]]
    assert tuned[1] != cells["untranslated"][0]


@pytest.fixture
def residual(tmp_path):
    path = tmp_path / "residual.keras"
    ResNetGenerator(filters=4, blocks=1, residual=True, seed=1).save(path)
    return path


@pytest.fixture
def sets(monkeypatch):
    """What each segmenter would have been trained on, by the run of tests."""
    seen = {}

    def remember(folder, images, classes, recipe, steps, seed, *_):
        seen[folder.parent.name] = images
        model = small_segmenter(len(classes), recipe.filters, seed)
        model.save(folder / "model.keras")
        return model

    monkeypatch.setattr(studies, "train_segmenter", remember)
    return seen


def test_further_ways_of_training_join_a_study(
    study, images, residual, sets, tmp_path
):
    source, test = images
    first = study(translator=residual).run()
    translated = sets["translated"][0]
    sets.clear()
    target = TargetImages(write_streets(tmp_path / "target", 3) / "images")
    results = study(
        translator=residual,
        target=target,
        baselines=["fda", "colour_map"],
        mixed=True,
        strengths=[0.0, 0.5],
        self_training=True,
        confidence=0.1,
        oracle=test,
    ).run()
    assert list(results["cells"]) == [
        "untranslated",
        "FDA",
        "colour map",
        "translated",
        "mixed",
        "several strengths",
        "self-training",
        "target labels",
    ]
    # What was there is not trained again.
    assert {"untranslated", "translated"}.isdisjoint(sets)
    assert sets["target_labels"] == [test]
    pixels = {
        name: [images.image(0) for images in used]
        for name, used in sets.items()
    }
    before, after = source.image(0), translated.image(0)
    assert_equal_images(pixels["mixed"], [before, after])
    assert_equal_images(pixels["several_strengths"][:1], [before])
    half = pixels["several_strengths"][1].astype(float)
    np.testing.assert_allclose(half, before / 2 + after / 2, atol=2)
    assert_equal_images(pixels["self-training"], [after, target.image(0)])
    assert results["settings"]["strengths"] == [0.0, 0.5]
    # What is left out later stays where it is.
    assert study(translator=residual).run()["cells"] == first["cells"]


def assert_equal_images(found, wanted):
    for one, other in zip(found, wanted, strict=True):
        np.testing.assert_array_equal(one, other)


def test_a_study_needs_no_translator(study, sets, tmp_path):
    target = TargetImages(write_streets(tmp_path / "a", 2) / "images")
    results = study(
        translator=None, target=target, baselines=["colour_map"]
    ).run()
    assert list(results["cells"]) == ["untranslated", "colour map"]
    assert "translator" not in results["settings"]


def test_a_study_of_an_older_version_is_continued(study, sets, tmp_path):
    """It had no choice of segmenters, and other words for images."""
    recipe = SegmenterRecipe(
        filters=4,
        steps=4,
        fine_tuning_steps=2,
        batch_size=2,
        checkpoint_every=2,
        segmenter="deeplab",
    )
    first = study(recipe=recipe).run()
    path = tmp_path / "run" / "config.json"
    settings = json.loads(path.read_text())
    for name in ("source", "test"):
        settings[name]["pictures"] = settings[name].pop("images")
    for name in ("segmenter", "backbone_rate"):
        del settings["recipe"][name]
    path.write_text(json.dumps(settings))
    assert study(recipe=recipe).run()["cells"] == first["cells"]
    with pytest.raises(ValueError, match="Received: other recipe"):
        study().run()


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"baselines": ["fda"]}, "target=None"),
        ({"baselines": ["cyclegan"]}, "fda, colour_map.*Received: cyclegan"),
        ({"self_training": True}, "target=None"),
        ({"mixed": True, "translator": None}, "`mixed` needs a translator"),
        ({"strengths": [1], "translator": None}, "`strengths` needs"),
        ({"confidence": 0.0}, "`confidence`"),
    ],
)
def test_ways_of_training_that_lack_something_are_refused(
    study, options, words
):
    with pytest.raises(ValueError, match=words):
        study(**options)


def test_other_settings_are_refused_in_the_same_directory(study):
    study().run()
    recipe = SegmenterRecipe(steps=2, fine_tuning_steps=2, checkpoint_every=2)
    with pytest.raises(ValueError, match="Received: other recipe"):
        study(recipe=recipe).run()


def test_a_study_is_not_continued_at_another_strength(study, tmp_path):
    """Its translations are those of the strength that it began with."""
    path = tmp_path / "residual.keras"
    ResNetGenerator(filters=4, blocks=1, residual=True, seed=1).save(path)
    study(translator=path).run()
    with pytest.raises(ValueError, match="Received: other strength"):
        study(translator=path, strength=0.5).run()


def test_translations_go_as_far_as_the_strength_says(study, images, tmp_path):
    path = tmp_path / "residual.keras"
    ResNetGenerator(filters=4, blocks=1, residual=True, seed=1).save(path)
    results = study(translator=path, strength=0.0).run()
    assert results["settings"]["strength"] == 0.0
    assert results["cells"]["translated"] == results["cells"]["untranslated"]


def test_the_mean_is_over_classes_that_both_domains_show(
    study, images, tmp_path
):
    """A class that the test lacks must not lower the mean."""
    source, test = images
    labels = [test.label(index).copy() for index in range(len(test))]
    folder = write_streets(tmp_path / "skyless", count=2)
    for index, label in enumerate(labels):
        label[label == SKY] = 255
        Image.fromarray(label).save(folder / "labels" / f"{index}.png")
    skyless = LabelledImages(
        folder / "images", folder / "labels", "cityscapes_train_ids"
    )
    results = AdaptationStudy(
        tmp_path / "skyless_run",
        source,
        skyless,
        tmp_path / "translator.keras",
        seeds=1,
        recipe=RECIPE,
    ).run()
    assert results["classes"] == ["road", "sky"]
    assert results["scored_classes"] == ["road"]
    scores = results["cells"]["translated"][0]
    assert scores["mean_iou"] == scores["class_iou"]["road"]


@pytest.mark.parametrize(
    ("options", "words"),
    [
        ({"classes": ["road", "rivers"]}, "Received: rivers"),
        ({"classes": ["road"]}, "at least two classes"),
        ({"seeds": 0}, "`seeds` must be positive"),
    ],
)
def test_classes_and_seeds_that_do_not_fit_are_refused(study, options, words):
    with pytest.raises(ValueError, match=words):
        study(**options)


def test_a_grey_translator_is_refused_before_anything_is_written(
    study, tmp_path
):
    path = tmp_path / "grey.keras"
    ResNetGenerator(4, 1, input_channels=1, output_channels=1).save(path)
    with pytest.raises(ValueError, match="three channels"):
        study(translator=path).run()
    assert not (tmp_path / "run").exists()


def test_classes_that_are_taught_are_in_the_order_of_cityscapes(study):
    assert study(classes=["sky", "road"]).classes == [ROAD, SKY]


def test_two_studies_at_once_in_one_directory_are_refused(study):
    first = study()
    with sole_writer(first.workdir):
        with pytest.raises(ValueError, match="Another process"):
            study().run()
        assert list(first.workdir.iterdir()) == []
