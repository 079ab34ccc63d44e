"""Whole slides: read by region, trained on by tile, translated to pyramids."""

import numpy as np
import pytest
import tifffile
from scripts import assert_one_line
from scripts import run_here

from semst_tf import SemST
from semst_tf.data import ImageCollection
from semst_tf.data import UnreadableImageError
from semst_tf.data import check_images
from semst_tf.data.file_source import FileSource
from semst_tf.data.slide_file import SlideFile
from semst_tf.data.write_pyramid import write_pyramid
from semst_tf.inference.translate import translate
from semst_tf.loading.load_translator import load_translator
from semst_tf.tiling.boxes import Box
from semst_tf.tiling.image_reader import ImageReader
from semst_tf.tiling.slide_reader import SlideReader


def tissue(height=700, width=1300, seed=0):
    """A white slide with a coloured piece on its right half."""
    random = np.random.default_rng(seed)
    pixels = np.full((height, width, 3), 240, "uint8")
    place = pixels[100:600, 700:1280]
    colour = np.array([200, 90, 160]) + random.integers(-40, 40, place.shape)
    place[...] = colour.astype("uint8")
    return pixels


@pytest.fixture(scope="module")
def slide(tmp_path_factory):
    """Path of a slide, and its pixels."""
    path = tmp_path_factory.mktemp("slides") / "a.ome.tif"
    write_pyramid(path, tissue(), microns=0.5)
    return path


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "stain.keras"
    SemST.from_preset(
        "tiny",
        **{
            "generator.filters": 4,
            "generator.blocks": 1,
            "data.slide_level": 1,
        },
    ).save(path)
    return path


def test_a_pyramid_is_written_that_others_read(slide):
    with tifffile.TiffFile(slide) as tiff:
        assert tiff.is_bigtiff and tiff.is_ome
        levels = tiff.series[0].levels
        assert [level.shape for level in levels] == [
            (700, 1300, 3),
            (350, 650, 3),
            (175, 325, 3),
        ]
        np.testing.assert_array_equal(levels[0].asarray(), tissue())
        means = tissue().reshape(350, 2, 650, 2, 3).mean(axis=(1, 3))
        np.testing.assert_allclose(levels[1].asarray(), means, atol=0.51)
        assert 'PhysicalSizeX="0.5"' in tiff.ome_metadata


@pytest.mark.parametrize(
    "options",
    [
        {"tile": (128, 128)},
        {"tile": (64, 256), "compression": "zlib"},
        {"rowsperstrip": 40},
        {"tile": (128, 128), "compression": "jpeg"},
    ],
)
def test_every_region_of_every_storage_is_read_exactly(tmp_path, options):
    if options.get("compression") == "jpeg":
        pytest.importorskip("imagecodecs")
    path = tmp_path / "a.svs"
    pixels = tissue(300, 420)
    tifffile.imwrite(path, pixels, photometric="rgb", **options)
    whole = tifffile.imread(path)
    found = SlideFile(path)
    for top, left, bottom, right in (
        (0, 0, 300, 420),
        (127, 60, 129, 300),
        (299, 419, 300, 420),
        (5, 128, 200, 129),
    ):
        np.testing.assert_array_equal(
            found.read(0, top, left, bottom, right),
            whole[top:bottom, left:right],
        )


def test_tiles_with_tissue_are_the_images_of_a_training(slide):
    images = ImageCollection(slide)
    shapes = {images.load(index).shape for index in range(len(images))}
    assert shapes == {(700, 1024, 3)}
    assert images.relative_names == [
        "a/tile_000000_000000",
        "a/tile_000000_000276",
    ]
    found = SlideFile(slide)
    tiles = found.tiles(0, side=200)
    assert 0 < len(tiles) < 28
    assert all(tile.left + 200 > 700 for tile in tiles)
    for tile in tiles[:3]:
        rows = slice(tile.top, tile.top + 200)
        columns = slice(tile.left, tile.left + 200)
        np.testing.assert_array_equal(
            tile.image().pixels, tissue()[rows, columns]
        )
    half = ImageCollection(slide, slide_level=1)
    assert half.header(0).width == 650
    assert check_images(half, slide, crop_size=64).source.checked == 1


@pytest.mark.parametrize("multiple, minimum", [(4, 8), (1, 800)])
def test_a_slide_reader_reads_as_one_of_an_array(slide, multiple, minimum):
    pixels = tissue()
    of_array = ImageReader(pixels, None, multiple, minimum)
    of_slide = SlideReader(SlideFile(slide), 0, 3, None, multiple, minimum)
    size = of_array.height, of_array.width
    assert (of_slide.height, of_slide.width) == size
    for box in (
        Box(0, 0, 32, 48),
        Box(size[0] - 30, size[1] - 40, *size),
        Box(600, 1000, size[0], size[1]),
    ):
        np.testing.assert_array_equal(of_slide.read(box), of_array.read(box))


@pytest.mark.parametrize("mode", ["tiled", "exact_tiled"])
def test_a_translated_slide_is_that_of_its_pixels_without_seams(
    slide, model, tmp_path, mode
):
    result = run_here(
        "translate",
        f"--model={model}",
        f"--input={slide}",
        f"--output={tmp_path / 'out'}",
        f"--mode={mode}",
        "--tile=256",
    )
    assert result.returncode == 0, result.stderr
    written = SlideFile(tmp_path / "out" / "a.ome.tif")
    # The level that was trained on is the finest one of the translation.
    assert written.shape() == (350, 650, 3) and written.levels == 2
    assert written.microns == 1.0
    pixels = SlideFile(slide).read(1, 0, 0, 350, 650)
    expected = translate(
        load_translator(model), pixels, mode=mode, tile=256
    ).astype(int)
    found = written.read(0, 0, 0, 350, 650)
    assert np.abs(found - expected).max() <= 1


def test_only_regions_are_ever_decoded(slide, model, tmp_path, monkeypatch):
    largest = []
    read = SlideFile.read

    def counting(self, *box):
        region = read(self, *box)
        largest.append(region.size)
        return region

    monkeypatch.setattr(SlideFile, "read", counting)
    run_here(
        "translate",
        f"--model={model}",
        f"--input={slide}",
        f"--output={tmp_path / 'b.ome.tif'}",
        "--slide_level=0",
        "--tile=128",
    )
    assert (tmp_path / "b.ome.tif").exists()
    # Once the coarsest level, and half a megapixel for the statistics.
    assert max(largest) <= 175 * 325 * 3


@pytest.mark.parametrize(
    "flags, words",
    [
        (["--mode=whole"], "in tiles"),
        (["--slide_level=7"], "no level 7"),
        (["--volume_type=int16"], "--volume_type says nothing"),
        (["--page=1"], "--page says nothing"),
    ],
)
def test_what_does_not_fit_a_slide_is_one_line(
    slide, model, tmp_path, flags, words
):
    output = tmp_path / "out"
    result = run_here(
        "translate",
        f"--model={model}",
        f"--input={slide}",
        f"--output={output}",
        *flags,
    )
    assert_one_line(result, words)
    assert not output.exists()


def test_damaged_and_strange_slides_are_one_line(tmp_path):
    path = tmp_path / "a.svs"
    path.write_bytes(b"no slide")
    with pytest.raises(UnreadableImageError, match="Can't read .*a.svs"):
        FileSource(path)
    tifffile.imwrite(path, tissue(64, 64)[..., :2], photometric="minisblack")
    with pytest.raises(UnreadableImageError, match="grey or RGB"):
        FileSource(path)
    plain = tmp_path / "plain.ome.tif"
    tifffile.imwrite(plain, tissue(64, 64), photometric="rgb")
    assert FileSource(plain).slides == []  # An image like any other.
    tifffile.imwrite(path, tissue(64, 64), photometric="rgb", tile=(16, 16))
    path.write_bytes(path.read_bytes()[:-600])
    with pytest.raises(UnreadableImageError, match="truncated"):
        ImageCollection(path).load(0)
