"""The translators that ship do what their names say."""

import json
import pathlib

import numpy as np
import pytest

from semst_tf import SemST
from semst_tf.data import ImageCollection
from semst_tf.data import sample_photos
from semst_tf.inference.translate import translate
from semst_tf.loading.load_translator import load_translator

SAVED_MODELS = pathlib.Path(__file__).parents[2] / "saved_models"


def colourfulness(image):
    """How much warm and cold differ; a toned image has one tint."""
    image = image.astype(float)
    return float(np.std(image[..., 0] - image[..., 2]))


@pytest.fixture(scope="module")
def photographs():
    colour = ImageCollection(sample_photos()[0])
    return [colour.load(i) for i in (2, 3)]


def translated(model, photographs):
    """Pairs of a photograph and its translation, of the same size."""
    translator = load_translator(model)
    for source, translation in zip(
        photographs, translate(translator, photographs), strict=True
    ):
        assert translation.shape == source.shape
        yield source, translation


def brightness_agrees(source, translation):
    """The correlation of what is bright in both."""
    return np.corrcoef(source.mean(-1).ravel(), translation.mean(-1).ravel())[
        0, 1
    ]


@pytest.mark.parametrize("name", ["colour2vintage", "colour2vintage_fast"])
def test_colour2vintage_takes_the_colour_and_keeps_the_scene(name, photographs):
    for source, translation in translated(SAVED_MODELS / name, photographs):
        assert translation.dtype == np.uint8
        assert colourfulness(translation) < 0.6 * colourfulness(source)
        red, _, blue = translation.mean(axis=(0, 1))
        assert red > blue, "the tint should be warm"
        assert brightness_agrees(source, translation) > 0.7


@pytest.mark.parametrize("name", ["carla2cityscapes", "carla2cityscapes_fast"])
def test_carla2cityscapes_changes_colours_and_keeps_the_scene(
    name, photographs
):
    small = [photograph[::3, ::3] for photograph in photographs]
    for source, translation in translated(name, small):
        assert brightness_agrees(source, translation) > 0.8
        changes = translation.astype(float) - source
        assert np.abs(changes).mean() > 3


def test_day2night_darkens_and_keeps_the_scene(photographs):
    small = [photograph[::2, ::2] for photograph in photographs]
    for source, translation in translated("day2night", small):
        assert translation.mean() < 0.7 * source.mean()
        # A sky gets darker than what lies below it: edges, not brightness.
        edges = [
            np.abs(np.diff(image.astype(float).mean(-1))).ravel()
            for image in (source, translation)
        ]
        assert np.corrcoef(edges)[0, 1] > 0.6


def test_a_training_goes_on_from_a_shipped_translator():
    model = SemST.from_preset("semst", load_weights="carla2cityscapes")
    options = model.config.generator
    assert (options.filters, options.residual_output) == (16, "gain")


def test_what_research_only_photographs_trained_says_so():
    for version in (
        "carla2cityscapes/4",
        "carla2cityscapes_fast/2",
        "day2night/2",
    ):
        card = SAVED_MODELS / version / "model_card.md"
        assert "non-commercial use only" in card.read_text("utf-8")


def test_every_shipped_translator_says_where_it_comes_from():
    versions = [path.parent for path in SAVED_MODELS.rglob("saved_model.pb")]
    assert versions
    for version in versions:
        card = (version / "model_card.md").read_text()
        assert "not stated" not in card.split("## Metrics")[0]
        assert json.loads((version / "parity.json").read_text())


def test_every_shipped_translator_is_stored_in_half_precision():
    versions = [path.parent for path in SAVED_MODELS.rglob("saved_model.pb")]
    assert versions
    for version in versions:
        config = json.loads((version / "config.json").read_text())
        assert config["precision"] == "float16"


def test_the_fast_translator_is_small():
    files = (SAVED_MODELS / "colour2vintage_fast" / "3").rglob("*")
    assert sum(f.stat().st_size for f in files if f.is_file()) < 2e6
