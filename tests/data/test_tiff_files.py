"""TIFF by its tags: the right value for every kind, or a clear line."""

import sys

import numpy as np
import pytest
import tifffile
from PIL import Image

from semst_tf.data import UnreadableImageError
from semst_tf.data import read_image
from semst_tf.data import write_image
from semst_tf.data.image_files import decode_image
from semst_tf.data.image_files import read_header

GEOREFERENCE = (
    (33550, "d", 3, (0.5, 0.5, 0.0), True),
    (33922, "d", 6, (0.0, 0.0, 0.0, 4e5, 5e6, 0.0), True),
    (34735, "H", 4, (1, 1, 0, 0), True),
    (34737, "s", 0, "WGS 84|", True),
    (42113, "s", 0, "-9999", True),
)


def random(shape, dtype="uint8", seed=0):
    generator = np.random.default_rng(seed)
    dtype = np.dtype(dtype)
    if dtype.kind == "f":
        return generator.normal(size=shape).astype(dtype)
    limits = np.iinfo(dtype)
    return generator.integers(
        limits.min, limits.max, shape, dtype=dtype, endpoint=True
    )


def written(tmp_path, array, **options):
    path = tmp_path / "image.tif"
    options = {"metadata": None, "photometric": "minisblack", **options}
    tifffile.imwrite(path, array, **options)
    return path


def assert_read(path, expected):
    """The image is what it should be, and the header said so before."""
    image = read_image(path)
    expected = expected if expected.ndim == 3 else expected[..., None]
    assert image.dtype == expected.dtype
    np.testing.assert_array_equal(image, expected)
    header = read_header(path)
    shape = (header.height, header.width, header.channels)
    assert shape == image.shape
    assert header.dtype == image.dtype.name


@pytest.mark.parametrize(
    "dtype",
    ["uint8", "uint16", "uint32", "int8", "int16", "int32", "float32"],
)
@pytest.mark.parametrize("shape", [(7, 5), (7, 5, 2), (7, 5, 3), (7, 5, 13)])
@pytest.mark.parametrize("byteorder", ["<", ">"])
def test_every_depth_and_number_of_bands_is_read_bit_for_bit(
    tmp_path, dtype, shape, byteorder
):
    array = random(shape, dtype)
    planar = {} if len(shape) == 2 else {"planarconfig": "contig"}
    assert_read(written(tmp_path, array, byteorder=byteorder, **planar), array)


@pytest.mark.parametrize(
    "options",
    [
        {"planarconfig": "contig"},
        {"planarconfig": "contig", "tile": (16, 16)},
        {"planarconfig": "contig", "bigtiff": True},
        {"planarconfig": "contig", "rowsperstrip": 3},
        {
            "planarconfig": "contig",
            "compression": "adobe_deflate",
            "predictor": 2,
        },
        {"planarconfig": "contig", "compression": "lzw", "predictor": 2},
        {"planarconfig": "contig", "compression": "zstd", "tile": (16, 32)},
        {"planarconfig": "contig", "compression": "packbits"},
    ],
)
@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16"])
def test_every_layout_gives_the_same_pixels(tmp_path, options, dtype):
    if options.get("compression") in ("lzw", "zstd", "packbits"):
        pytest.importorskip("imagecodecs")
    array = random((37, 41, 4), dtype)
    assert_read(written(tmp_path, array, **options), array)


def test_bands_that_are_stored_one_after_the_other_are_put_together(tmp_path):
    array = random((37, 41, 5), "uint16")
    planes = np.ascontiguousarray(np.moveaxis(array, -1, 0))
    path = written(tmp_path, planes, planarconfig="separate")
    assert_read(path, array)


def test_floating_point_predictor_is_undone(tmp_path):
    pytest.importorskip("imagecodecs")
    array = random((20, 24), "float32")
    path = written(tmp_path, array, compression="lzw", predictor=3)
    assert_read(path, array)


def test_double_precision_becomes_single(tmp_path):
    array = random((6, 5), "float64")
    assert_read(written(tmp_path, array), array.astype("float32"))


def test_what_single_precision_cannot_hold_is_refused(tmp_path):
    path = written(tmp_path, np.full((6, 5), 1e300))
    with pytest.raises(UnreadableImageError, match="NaN or infinity"):
        read_image(path)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "uint32"])
@pytest.mark.parametrize("bands", [1, 2])
def test_black_is_at_the_low_end_where_white_is_zero(tmp_path, dtype, bands):
    array = random((6, 5, bands), dtype)
    options = {"planarconfig": "contig"} if bands > 1 else {}
    path = written(
        tmp_path,
        array if bands > 1 else array[..., 0],
        photometric="miniswhite",
        **options,
    )
    assert_read(path, np.iinfo(dtype).max - array)


@pytest.mark.parametrize("photometric", ["minisblack", "miniswhite"])
def test_one_bit_is_black_and_white(tmp_path, photometric):
    array = random((9, 17)) > 127
    path = written(tmp_path, array, photometric=photometric)
    white = array if photometric == "minisblack" else ~array
    assert_read(path, white.astype("uint8") * 255)


def test_twelve_bits_are_spread_over_sixteen(tmp_path):
    pytest.importorskip("imagecodecs")
    array = random((6, 8), "uint16") >> 4
    array[0, :2] = 0, 4095
    path = written(tmp_path, array, bitspersample=12)
    image = read_image(path)
    assert image[0, :2, 0].tolist() == [0, 65535]
    np.testing.assert_allclose(image[..., 0], array * (65535 / 4095), atol=1)


@pytest.mark.parametrize("dtype", ["int16", "float32"])
def test_white_as_zero_of_signed_values_is_refused(tmp_path, dtype):
    array = random((6, 5), dtype)
    path = written(tmp_path, array, photometric="miniswhite")
    with pytest.raises(UnreadableImageError, match="TIFF where white is zero"):
        read_header(path)


@pytest.mark.parametrize("dtype", ["uint8", "uint16"])
@pytest.mark.parametrize("bands", [1, 3])
def test_only_samples_that_are_declared_as_alpha_are_alpha(
    tmp_path, dtype, bands
):
    array = random((6, 5, bands + 2), dtype)
    path = written(
        tmp_path,
        array,
        photometric="rgb" if bands == 3 else "minisblack",
        planarconfig="contig",
        extrasamples=["unspecified", "unassalpha"],
    )
    assert_read(path, array[..., :-1])
    assert read_header(path).alpha
    np.testing.assert_array_equal(decode_image(path).alpha, array[..., -1])


def test_undeclared_samples_are_bands(tmp_path):
    array = random((6, 5, 4))
    path = written(
        tmp_path,
        array,
        photometric="rgb",
        planarconfig="contig",
        extrasamples=["unspecified"],
    )
    assert_read(path, array)
    assert decode_image(path).alpha is None


def test_premultiplied_colours_are_divided_by_their_alpha(tmp_path):
    pixels = np.zeros((2, 2, 4), "uint8")
    pixels[0, 0] = 100, 50, 0, 128
    pixels[0, 1] = 200, 40, 7, 255
    path = written(
        tmp_path,
        pixels,
        photometric="rgb",
        planarconfig="contig",
        extrasamples=["assocalpha"],
    )
    image = read_image(path)
    assert image[0, 0].tolist() == [199, 100, 0]
    assert image[0, 1].tolist() == [200, 40, 7]
    assert image[1, 1].tolist() == [0, 0, 0]


def test_palettes_become_colour(tmp_path):
    colours = random((3, 256), "uint16")
    indices = random((6, 5))
    path = written(tmp_path, indices, photometric="palette", colormap=colours)
    assert_read(path, (colours >> 8).astype("uint8").T[indices])


@pytest.mark.parametrize("mode", ["CMYK", "YCbCr"])
def test_other_colour_spaces_become_rgb(tmp_path, mode):
    image = Image.new("RGB", (16, 8), (200, 40, 10)).convert(mode)
    image.save(tmp_path / "a.tif")
    pixels = read_image(tmp_path / "a.tif")
    assert read_header(tmp_path / "a.tif").channels == 3
    np.testing.assert_allclose(pixels[3, 3], (200, 40, 10), atol=3)


def test_a_stack_is_refused_unless_a_page_is_chosen(tmp_path):
    pages = random((5, 6, 7))
    path = tmp_path / "stack.tif"
    with tifffile.TiffWriter(path) as writer:
        for page in pages:
            writer.write(page, photometric="minisblack", metadata=None)
    for read in (read_header, read_image):
        with pytest.raises(UnreadableImageError, match="5 pages.*--page"):
            read(path)
        with pytest.raises(UnreadableImageError, match="no page 5"):
            read(path, page=5)
    np.testing.assert_array_equal(read_image(path, page=3)[..., 0], pages[3])
    assert read_header(path, page=3).frames == 5


@pytest.mark.parametrize("imagej", [True, False])
def test_a_stack_in_one_array_is_refused_too(tmp_path, imagej):
    path = tmp_path / "stack.tif"
    tifffile.imwrite(path, random((5, 6, 7)), imagej=imagej)
    with pytest.raises(UnreadableImageError, match="5 pages"):
        read_image(path)


def test_overviews_and_masks_are_no_pages(tmp_path):
    array = random((32, 32))
    path = tmp_path / "cloud_optimised.tif"
    with tifffile.TiffWriter(path) as writer:
        for kind, level in ((0, array), (1, array[::2, ::2]), (4, array > 9)):
            writer.write(
                level,
                photometric="mask" if kind == 4 else "minisblack",
                subfiletype=kind,
                metadata=None,
            )
    assert_read(path, array)


@pytest.mark.parametrize("dtype", ["complex64", "int64", "uint64"])
def test_what_cannot_be_kept_is_refused_by_depth(tmp_path, dtype):
    path = written(tmp_path, np.zeros((4, 4), dtype))
    with pytest.raises(UnreadableImageError, match="TIFF of .*bits") as error:
        read_header(path)
    assert "mode" not in str(error.value)


def test_headers_are_read_without_the_pixels(tmp_path, monkeypatch):
    path = written(tmp_path, random((8, 9, 4)), planarconfig="contig")
    monkeypatch.delattr(tifffile.TiffPage, "asarray")
    assert read_header(path).channels == 4


def test_compression_without_its_package_names_the_package(
    tmp_path, monkeypatch
):
    pytest.importorskip("imagecodecs")
    path = written(tmp_path, random((8, 9), "uint16"), compression="lzw")
    monkeypatch.setitem(sys.modules, "imagecodecs", None)
    from tifffile import _imagecodecs

    monkeypatch.setattr(tifffile.tifffile, "imagecodecs", _imagecodecs)
    decompressors = tifffile.TIFF.DECOMPRESSORS
    monkeypatch.setattr(decompressors, "_codecs", {1: None})
    with pytest.raises(UnreadableImageError, match="imagecodecs.*tiff"):
        read_image(path)
    # 8 bits are decoded by Pillow.
    array = random((8, 9, 3))
    Image.fromarray(array).save(tmp_path / "b.tif", compression="tiff_lzw")
    assert_read(tmp_path / "b.tif", array)


@pytest.mark.parametrize("dtype", ["uint8", "uint16", "int16", "float32"])
@pytest.mark.parametrize("bands", [1, 2, 3, 4, 9])
@pytest.mark.parametrize("with_alpha", [True, False])
def test_what_was_read_is_written_again(tmp_path, dtype, bands, with_alpha):
    array = random((6, 5, bands), dtype)
    alpha = random((6, 5), dtype, seed=1) if with_alpha else None
    path = tmp_path / "a.tif"
    write_image(path, array, alpha)
    assert_read(path, array)
    if with_alpha:
        np.testing.assert_array_equal(decode_image(path).alpha, alpha)


def test_georeference_is_read_and_written(tmp_path):
    path = written(tmp_path, random((6, 5)), extratags=GEOREFERENCE)
    image = decode_image(path)
    copy = tmp_path / "copy.tif"
    write_image(copy, image.pixels, georeference=image.georeference)
    assert decode_image(copy).georeference == image.georeference
    with tifffile.TiffFile(copy) as tiff:
        tags = tiff.pages[0].tags
        assert tags[33922].value == GEOREFERENCE[1][3]
        assert tags[42113].value == "-9999"


def test_premultiplied_floats_stay_single_precision(tmp_path):
    colours = np.full((3, 4, 3), 0.25, "float32")
    alpha = np.full((3, 4, 1), 0.5, "float32")
    path = written(
        tmp_path,
        np.concatenate([colours, alpha], axis=-1),
        photometric="rgb",
        extrasamples=["assocalpha"],
    )
    assert_read(path, 2 * colours)


def test_an_image_below_its_thumbnail_is_not_taken_for_it(tmp_path):
    array = random((32, 24, 3))
    path = tmp_path / "camera.tif"
    with tifffile.TiffWriter(path) as writer:
        options = {"photometric": "rgb", "metadata": None}
        writer.write(array[::4, ::4], subfiletype=1, subifds=1, **options)
        writer.write(array, subfiletype=0, **options)
    assert_read(path, array)


def test_a_palette_may_have_alpha(tmp_path):
    places, alpha = random((2, 5, 6))
    table = random((3, 256), "uint16", seed=1)
    path = written(
        tmp_path,
        np.stack([places, alpha], axis=-1),
        planarconfig="contig",
        extrasamples=["unassalpha"],
        extratags=[(320, "H", table.size, table.ravel().tolist(), True)],
    )
    with tifffile.TiffFile(path, mode="r+b") as file:
        file.pages[0].tags[262].overwrite(3)  # Of a palette.
    image = decode_image(path)
    np.testing.assert_array_equal(
        image.pixels, (table.T >> 8).astype("uint8")[places]
    )
    np.testing.assert_array_equal(image.alpha, alpha)


@pytest.mark.parametrize("kind", ["unassalpha", "assocalpha"])
def test_inks_with_alpha_are_refused_by_their_name(tmp_path, kind):
    path = written(
        tmp_path,
        random((4, 5, 5)),
        photometric="separated",
        planarconfig="contig",
        extrasamples=[kind],
    )
    for read in (read_header, read_image):
        with pytest.raises(UnreadableImageError, match="TIFF of the colour"):
            read(path)
