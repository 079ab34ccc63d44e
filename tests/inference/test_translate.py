import warnings

import numpy as np
import pytest
from PIL import Image

from semst_tf.inference.translate import translate
from semst_tf.networks import ResNetGenerator


@pytest.fixture(scope="module")
def generator():
    return ResNetGenerator(filters=4, blocks=1, seed=0)


def image(height=9, width=13, channels=3, dtype="uint8", seed=0):
    random = np.random.default_rng(seed)
    if dtype in ("uint8", "uint16"):
        top = np.iinfo(dtype).max + 1
        return random.integers(0, top, (height, width, channels), dtype)
    return random.uniform(-1, 1, (height, width, channels)).astype(dtype)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "float32", "float64"])
@pytest.mark.parametrize("size", [(1, 1), (1, 33), (9, 13), (16, 8)])
def test_one_image_keeps_its_size_and_type(generator, dtype, size):
    source = image(*size, dtype=dtype)
    translated = translate(generator, source)
    assert translated.shape == source.shape
    assert translated.dtype == source.dtype


def test_a_line_of_many_pixels_keeps_its_size(generator):
    line = image(20000, 1)
    assert translate(generator, line).shape == line.shape


@pytest.mark.parametrize(
    ("dtype", "low", "high"), [("uint8", 0, 255), ("uint16", 0, 65535)]
)
def test_integers_are_the_same_images_as_floats(generator, dtype, low, high):
    source = image(dtype=dtype)
    unit = (source.astype("float64") - low) / (high - low) * 2 - 1
    expected = translate(generator, unit.astype("float32"))
    expected = (expected + 1) / 2 * (high - low) + low
    np.testing.assert_allclose(
        translate(generator, source), expected, atol=0.51 + high * 1e-6
    )


def test_stated_value_range_is_used_on_the_way_in_and_out(generator):
    unit = image(dtype="float32")
    expected = 50 * (translate(generator, unit) + 1)
    translated = translate(generator, 50 * (unit + 1), value_range=(0, 100))
    np.testing.assert_allclose(translated, expected, atol=1e-2)


def test_floats_that_seem_to_begin_at_zero_are_asked_about(generator):
    source = (image(dtype="float32") + 1) / 2
    with pytest.warns(UserWarning, match=r"value_range=\(0, 1\)"):
        translate(generator, source)
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        translate(generator, source, value_range=(0, 1))


@pytest.mark.parametrize("count", [1, 2, 5])
def test_batches_larger_than_the_batch_size_lose_nothing(generator, count):
    batch = np.stack([image(seed=seed) for seed in range(count)])
    translated = translate(generator, batch, batch_size=2)
    assert translated.shape == batch.shape
    for source, output in zip(batch, translated):
        difference = translate(generator, source).astype(int) - output
        assert np.abs(difference).max() <= 1


def test_a_list_gives_a_list_of_what_each_entry_is(generator, tmp_path):
    path = tmp_path / "photo.png"
    Image.fromarray(image(7, 5)).save(path)
    batch = np.stack([image(4, 4), image(4, 4, seed=1)])
    sources = [image(9, 13), path, str(path), batch, [image(1, 2)]]
    translated = translate(generator, sources)
    assert isinstance(translated, list)
    assert translated[0].shape == (9, 13, 3)
    np.testing.assert_array_equal(
        translated[1], translate(generator, image(7, 5))
    )
    np.testing.assert_array_equal(translated[2], translated[1])
    assert translated[3].shape == batch.shape
    assert [inner.shape for inner in translated[4]] == [(1, 2, 3)]
    assert translate(generator, []) == []


def test_grey_images_and_more_output_channels():
    generator = ResNetGenerator(4, 1, input_channels=1, output_channels=3)
    grey = image(6, 7, channels=1, dtype="uint16")
    translated = translate(generator, grey)
    assert translated.shape == (6, 7, 3) and translated.dtype == np.uint16


@pytest.mark.parametrize(
    "images",
    [
        np.zeros((8, 8, 1), "uint8"),
        np.zeros((8, 8, 4), "uint8"),
        np.zeros((2, 8, 8, 5), "float32"),
        np.zeros((8, 8), "uint8"),
        np.zeros((1, 1, 8, 8, 3), "uint8"),
        np.zeros((0, 8, 3), "uint8"),
        np.zeros((0, 8, 8, 3), "uint8"),
        np.float32(3),
    ],
    ids=lambda images: str(np.shape(images)),
)
def test_arrays_that_are_no_fitting_images_are_refused(generator, images):
    with pytest.raises(ValueError, match="Received: shape="):
        translate(generator, images)


@pytest.mark.parametrize("dtype", ["int32", "bool"])
def test_types_without_a_known_range_are_refused(generator, dtype):
    with pytest.raises(ValueError, match="Received: dtype="):
        translate(generator, image().astype(dtype))


def test_floats_outside_the_range_are_refused(generator):
    with pytest.raises(ValueError, match="Received: value_range="):
        translate(generator, 255 * image(dtype="float32"))


@pytest.mark.parametrize("batch_size", [0, -1])
def test_impossible_batch_size_is_refused(generator, batch_size):
    batch = np.stack([image(), image()])
    with pytest.raises(ValueError, match="Received: batch_size="):
        translate(generator, batch, batch_size=batch_size)


def test_a_file_that_is_no_image_is_refused_by_name(generator, tmp_path):
    path = tmp_path / "notes.png"
    path.write_text("not an image")
    with pytest.raises(ValueError, match="notes.png"):
        translate(generator, path)


def test_integers_that_never_reach_the_white_of_a_model_are_asked_about(
    generator, monkeypatch
):
    monkeypatch.setattr(generator, "value_range", (0, 4095), raising=False)
    with pytest.warns(UserWarning, match=r"uint8.*4095.*value_range=\(0, 255"):
        translate(generator, image())
    with warnings.catch_warnings():
        warnings.simplefilter("error")
        translate(generator, image(), value_range=(0, 255))
        translate(generator, image(dtype="uint16") // 32)
