"""Empty pixels of GeoTIFF: in no crop, in no statistics, empty again after."""

import numpy as np
import pytest
import tifffile

from semst_tf.data import ImageCollection
from semst_tf.data import UnpairedSampler
from semst_tf.data import UnreadableImageError
from semst_tf.data import check_images
from semst_tf.data.crops_with_data import corner_with_data
from semst_tf.data.crops_with_data import crops_with_data
from semst_tf.data.georeference import emptied
from semst_tf.data.image_files import decode_image
from semst_tf.data.keep_masks import KeepMasks
from semst_tf.data.labels import Labels
from semst_tf.data.read_images import open_partners
from semst_tf.data.training_labels import TrainingLabels
from semst_tf.inference.translate_files import write_translation


def write_scene(
    path, pixels, nodata=None, corner=(4e5, 5e6), pixel=10.0, code=32632
):
    """Writes a GeoTIFF `(height, width, bands)` and returns its path."""
    path.parent.mkdir(parents=True, exist_ok=True)
    keys = (1, 1, 0, 2, 1024, 0, 1, 1, 3072, 0, 1, code)
    tags = [
        (33550, "d", 3, (pixel, pixel, 0.0), True),
        (33922, "d", 6, (0.0, 0.0, 0.0, *corner, 0.0), True),
        (34735, "H", len(keys), keys, True),
    ]
    if nodata is not None:
        tags.append((42113, "s", 0, nodata, True))
    pixels = pixels[..., 0] if pixels.shape[-1] == 1 else pixels
    tifffile.imwrite(
        path,
        pixels,
        photometric="minisblack",
        planarconfig="contig" if pixels.ndim == 3 else None,
        metadata=None,
        extratags=tags,
    )
    return path


def scene(size=24, bands=4, low=100, high=900, dtype="uint16", seed=0):
    random = np.random.default_rng(seed)
    return random.integers(low, high, (size, size, bands)).astype(dtype)


@pytest.mark.parametrize(
    "dtype, nodata",
    [("uint16", "0"), ("int16", "-9999"), ("float32", "nan")],
)
def test_empty_pixels_have_the_mean_and_are_empty_in_the_output(
    tmp_path, dtype, nodata
):
    pixels = scene(dtype=dtype)
    whole = pixels.copy()
    pixels[:6, 3:9] = float(nodata)
    pixels[20, 20, 0] = 100 if nodata == "nan" else float(nodata)  # One band.
    path = write_scene(tmp_path / "a.tif", pixels, nodata)
    image = decode_image(path)
    empty = np.zeros((24, 24), bool)
    empty[:6, 3:9] = True
    np.testing.assert_array_equal(image.nodata, empty)
    np.testing.assert_array_equal(image.pixels[~empty], pixels[~empty])
    mean = pixels[~empty].mean(axis=0)
    np.testing.assert_allclose(image.pixels[0, 3], mean, atol=0.51)
    translation = whole + whole.dtype.type(1)
    if nodata != "nan":
        translation[12, 12] = float(nodata)  # By chance.
    write_translation(tmp_path / "out" / "a.tif", translation, image)
    written = decode_image(tmp_path / "out" / "a.tif")
    np.testing.assert_array_equal(written.nodata, empty)
    assert written.georeference == image.georeference
    np.testing.assert_array_equal(
        written.pixels[13:, 13:], translation[13:, 13:]
    )


def test_nan_in_some_bands_or_without_a_tag_is_still_refused(tmp_path):
    pixels = scene(dtype="float32")
    pixels[0, 0, 0] = np.nan
    for nodata in ("nan", None):
        path = write_scene(tmp_path / f"{nodata}.tif", pixels, nodata)
        with pytest.raises(UnreadableImageError, match="NaN"):
            decode_image(path)


def test_a_value_that_the_type_cannot_hold_is_an_error_where_it_matters():
    pixels = scene(dtype="uint8", high=250)
    for value in (-9999.0, np.nan, np.inf):
        np.testing.assert_array_equal(emptied(pixels, None, value), pixels)
    with pytest.raises(ValueError, match="nodata=-9999"):
        emptied(pixels, np.ones((24, 24), bool), -9999.0)


def test_no_crop_has_an_empty_pixel_and_all_others_are_drawn(tmp_path):
    pixels = scene(size=16)
    pixels[5:, 2:] = 0
    for name in "st":
        write_scene(tmp_path / name / "a.tif", pixels + (name == "t"), "0")
    source = ImageCollection(tmp_path / "s")
    target = ImageCollection(tmp_path / "t")
    sampler = UnpairedSampler(source, target, crop_size=4, seed=1)
    corners = {sampler.corner("source", index) for index in range(200)}
    mask = source.load_with_nodata(0)[1]
    free = crops_with_data(mask, (4, 4))
    assert corners == {tuple(map(int, c)) for c in np.argwhere(free)}
    # The same with no memory, and examples depend on their index alone.
    again = UnpairedSampler(source, target, crop_size=4, seed=1)
    assert again.corner("source", 199) == sampler.corner("source", 199)
    assert sampler.crop("target", 3).shape == (4, 4, 4)


def test_crops_with_some_empty_pixels_say_where_they_are(tmp_path):
    pixels = scene(size=16)
    pixels[5:, 2:] = 0
    pixels[:, 15] = 0
    for name in "st":
        write_scene(tmp_path / name / "a.tif", pixels + (name == "t"), "0")
    source = ImageCollection(tmp_path / "s")
    target = ImageCollection(tmp_path / "t")
    with pytest.raises(ValueError, match="no crop without empty pixels"):
        UnpairedSampler(source, target, crop_size=8).example(0)
    sampler = UnpairedSampler(source, target, crop_size=8, minimum_valid=0.5)
    assert sampler.shapes["source_valid"] == ((8, 8, 1), "float32")
    mask = source.load_with_nodata(0)[1]
    free = crops_with_data(mask, (8, 8), 0.5)
    drawn = set()
    for index in range(150):
        example = sampler.example(index)
        valid = example["source_valid"]
        assert valid.mean() >= 0.5
        # Mirrored or not, an empty pixel has the mean of the image.
        filled = (
            example["source"]
            == sampler.source.to_unit_range(source.load(0)[15:16, 15:16])
        ).all(axis=-1)
        np.testing.assert_array_equal(filled, valid[..., 0] == 0)
        assert (example["target_valid"] == 1).all()
        drawn.add(sampler.corner("source", index))
    assert drawn <= {tuple(map(int, c)) for c in np.argwhere(free)}
    assert len(drawn) > 0.8 * free.sum()


@pytest.mark.parametrize("share, allowed", [(1.0, 0), (0.9, 10), (0.905, 9)])
def test_a_share_of_data_is_met_exactly(share, allowed):
    nodata = np.zeros((10, 10), bool)
    nodata.flat[:allowed] = True
    assert crops_with_data(nodata, (10, 10), share).all()
    nodata.flat[allowed] = True
    assert not crops_with_data(nodata, (10, 10), share).any()


def test_a_share_that_is_none_is_refused(tmp_path):
    write_scene(tmp_path / "a.tif", scene())
    images = ImageCollection(tmp_path)
    for options in ({"minimum_valid": 0}, {"minimum_valid": 0.5}):
        with pytest.raises(ValueError, match="`minimum_valid` is a share"):
            UnpairedSampler(images, images, crop_size=None, **options)


def test_matched_crops_keep_the_nearest_row_that_has_data():
    nodata = np.zeros((20, 20), bool)
    nodata[:, :18] = True
    nodata[:4] = False
    random = np.random.default_rng(0)
    corner = corner_with_data(nodata, (4, 4), (9, 0), random, keep_row=True)
    assert corner[0] == 0
    assert corner_with_data(nodata, (5, 5), (9, 0), random) is None
    assert (
        corner_with_data(nodata, (5, 5), (9, 0), random, keep_row=True) is None
    )


def test_an_image_without_a_whole_crop_is_named_before_training(tmp_path):
    pixels = scene(size=16)
    write_scene(tmp_path / "t" / "a.tif", pixels + 1)
    write_scene(tmp_path / "s" / "good.tif", pixels, "0")
    pixels[7:9] = 0
    write_scene(tmp_path / "s" / "bad.tif", pixels, "0")
    places = [ImageCollection(tmp_path / name) for name in "st"]
    report = check_images(*places, crop_size=8)
    (problem,) = report.problems
    assert "bad.tif" in problem and "without empty pixels" in problem
    assert "good.tif" not in problem
    assert check_images(*places, crop_size=7).problems == []
    assert "1 images have empty pixels" in str(
        check_images(*places, crop_size=7)
    )
    assert "`data.minimum_valid` below 1" in problem
    allowed = check_images(*places, crop_size=8, minimum_valid=0.7)
    assert allowed.problems == []
    assert "take at most 0.3 of a crop" in str(allowed)
    with pytest.raises(ValueError, match="bad.tif has no crop"):
        sampler = UnpairedSampler(*places, crop_size=8)
        for index in range(2):
            sampler.example(index)


def test_resizing_empties_every_pixel_that_an_empty_one_has_part_in(tmp_path):
    pixels = scene(size=16)
    pixels[5, 5] = 0
    write_scene(tmp_path / "a.tif", pixels, "0")
    mask = ImageCollection(tmp_path, resize=8).load_with_nodata(0)[1]
    assert mask.shape == (8, 8) and mask[2, 2]
    assert mask.sum() < 10


@pytest.mark.parametrize(
    "change, words",
    [
        ({"corner": (4e5 + 100, 5e6)}, "10.0 pixels"),
        ({"code": 32633}, "coordinate systems differ"),
        ({"pixel": 20.0}, "corners are"),
    ],
)
def test_a_label_mask_or_truth_of_another_place_is_refused(
    tmp_path, change, words
):
    write_scene(tmp_path / "image" / "a.tif", scene(bands=3, dtype="uint8"))
    label = scene(bands=1, low=0, high=19, dtype="uint8")
    write_scene(tmp_path / "label" / "a.tif", label, **change)
    images = ImageCollection(tmp_path / "image")
    space = "cityscapes_train_ids"
    for pair in (
        lambda: Labels.of(images, tmp_path / "label", space),
        lambda: TrainingLabels.of(images, tmp_path / "label", space, 19),
        lambda: KeepMasks.of(images, tmp_path / "label"),
        lambda: KeepMasks.of(images, tmp_path / "label" / "a.tif"),
        lambda: open_partners(images, tmp_path / "label", "true image"),
    ):
        with pytest.raises(ValueError, match=words) as raised:
            pair()
        assert "georeferences disagree" in str(raised.value)


def test_coarser_labels_of_the_same_place_fit(tmp_path):
    write_scene(tmp_path / "image" / "a.tif", scene(bands=3, dtype="uint8"))
    label = scene(12, 1, low=0, high=19, dtype="uint8")
    write_scene(tmp_path / "label" / "a.tif", label, pixel=20.0)
    images = ImageCollection(tmp_path / "image")
    labels = Labels.of(images, tmp_path / "label", "cityscapes_train_ids")
    assert labels.load(0, (24, 24)).shape == (24, 24)


@pytest.mark.parametrize("kind", ["miniswhite", "palette", "12 bits"])
def test_the_tag_names_a_stored_value(tmp_path, kind):
    dtype = "uint16" if kind == "12 bits" else "uint8"
    stored = scene(size=8, bands=1, high=200, dtype=dtype)[..., 0]
    stored[2:4, 5] = 7
    options = {"photometric": "minisblack"}
    if kind == "12 bits":
        options["bitspersample"] = 12
    else:
        options["photometric"] = kind
    if kind == "palette":
        options["colormap"] = np.zeros((3, 256), "uint16")
    path = tmp_path / "a.tif"
    tag = (42113, "s", 0, "7", True)
    tifffile.imwrite(path, stored, metadata=None, extratags=[tag], **options)
    np.testing.assert_array_equal(decode_image(path).nodata, stored == 7)
