import numpy as np
import pytest
from small import small_model

from semst_tf.callbacks import SampleTranslations
from semst_tf.callbacks import ValidationScores
from semst_tf.data import read_image
from semst_tf.inference import translate as translate_module
from semst_tf.inference.translate_within_memory import translate_within_memory


@pytest.fixture(scope="module")
def model():
    model = small_model("cut")
    model.compile(run_eagerly=True)
    return model


@pytest.fixture
def modes(model, monkeypatch):
    """The modes and batch sizes in which the model is asked to translate."""
    asked = []
    real = type(model).translate

    def translate(self, images, **options):
        asked.append((options.get("mode", "whole"), len(images)))
        return real(self, images, **options)

    monkeypatch.setattr(type(model), "translate", translate)
    return asked


def images(*sizes):
    random = np.random.default_rng(0)
    return [random.integers(0, 256, (*s, 3)).astype("uint8") for s in sizes]


def leave(monkeypatch, pixels):
    """Leaves memory for so many pixels of a generator of four filters."""
    monkeypatch.setattr(
        translate_module, "available_memory", lambda: pixels * 4 * 40
    )


def test_what_fits_is_translated_in_one_piece(model, modes):
    sources = images((20, 24), (20, 24), (28, 24))
    translated = translate_within_memory(model, sources, batch_size=8)
    assert modes == [("whole", 2), ("whole", 1)]
    assert [t.shape for t in translated] == [s.shape for s in sources]


def test_a_batch_that_does_not_fit_goes_one_by_one(model, modes, monkeypatch):
    leave(monkeypatch, 20 * 24)
    sources = images((20, 24), (20, 24), (28, 24))
    translated = translate_within_memory(model, sources, batch_size=8)
    assert modes == [("whole", 1), ("whole", 1), ("tiled", 1)]
    assert [t.shape for t in translated] == [s.shape for s in sources]


def test_what_the_device_refuses_is_translated_in_tiles(model, monkeypatch):
    class ResourceExhaustedError(Exception):
        pass

    real = type(model).translate

    def translate(self, sources, **options):
        if options.get("mode") != "tiled":
            raise ResourceExhaustedError("OOM when allocating")
        return real(self, sources, **options)

    monkeypatch.setattr(type(model), "translate", translate)
    (translated,) = translate_within_memory(model, images((20, 24)))
    assert translated.shape == (20, 24, 3)


def test_samples_and_scores_of_large_images_do_not_need_their_memory(
    model, modes, monkeypatch, tmp_path
):
    class Scoring:
        def scores(self, translations):
            return {"consistency": {"mean_iou": len(translations) / 10}}

    leave(monkeypatch, 20 * 24)
    sources = images((40, 48), (40, 48))
    samples = SampleTranslations(sources, tmp_path)
    samples.set_model(model)
    samples.write()
    assert read_image(tmp_path / "step_00000000.png").ndim == 3
    validation = ValidationScores(sources, Scoring())
    validation.set_model(model)
    assert validation.score() == {"val_miou": 0.2}
    assert set(modes) == {("tiled", 1)}


def test_of_a_huge_image_a_sample_shows_the_middle(monkeypatch, tmp_path):
    from semst_tf.callbacks import sample_translations

    monkeypatch.setattr(sample_translations, "LARGEST_SAMPLE", 600)
    (image,) = images((40, 60))
    (shown,) = SampleTranslations([image], tmp_path).images
    np.testing.assert_array_equal(shown, image[10:30, 15:45])
