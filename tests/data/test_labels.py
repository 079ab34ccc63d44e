"""Labels are read by one set of rules, and refused where rules differ."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from semst_tf.data.image_collection import ImageCollection
from semst_tf.data.label_file import read_label_file
from semst_tf.data.labels import Labels

SPACE = "cityscapes_train_ids"
NUMBERS = np.array([[0, 10, 13, 255]] * 4, "uint8")


def save(path, pixels, **options):
    path.parent.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels)).save(path, **options)
    return path


def palette_png(path, numbers):
    """Writes numbers as places in a palette whose colours say nothing."""
    image = Image.fromarray(numbers)
    image.putpalette([255 - value // 3 for value in range(768)])
    assert image.mode == "P"
    image.save(path)
    return path


def test_numbers_are_read_alike_from_every_file_that_keeps_them(tmp_path):
    files = [
        save(tmp_path / "grey.png", NUMBERS),
        save(tmp_path / "deep.png", NUMBERS.astype("uint16")),
        save(tmp_path / "grey.bmp", NUMBERS),
        save(tmp_path / "grey.tif", NUMBERS),
        save(tmp_path / "deep.tif", NUMBERS.astype("uint16")),
        palette_png(tmp_path / "palette.png", NUMBERS),
    ]
    np.save(tmp_path / "array.npy", NUMBERS.astype("int64"))
    for path in [*files, tmp_path / "array.npy"]:
        found = read_label_file(path, SPACE)
        np.testing.assert_array_equal(found, NUMBERS, err_msg=path.name)


@pytest.mark.parametrize("bits", [1, 2, 4])
def test_few_bits_are_not_spread_over_the_whole_range(tmp_path, bits):
    numbers = np.arange(16, dtype="uint8").reshape(2, 8) % 2**bits
    path = tmp_path / "few.png"
    path.write_bytes(_grey_png(numbers, bits))
    np.testing.assert_array_equal(read_label_file(path, "camvid"), numbers)


def _grey_png(numbers, bits):
    """Bytes of a grey PNG of few bits, which Pillow cannot write."""
    import struct
    import zlib

    def chunk(kind, data):
        check = zlib.crc32(kind + data)
        return (
            struct.pack(">I", len(data))
            + kind
            + data
            + struct.pack(">I", check)
        )

    height, width = numbers.shape
    rows = b""
    for row in numbers:
        text = "".join(f"{number:0{bits}b}" for number in row)
        rows += b"\0" + int(text, 2).to_bytes(len(text) // 8, "big")
    header = struct.pack(">IIBBBBB", width, height, bits, 0, 0, 0, 0)
    return (
        b"\x89PNG\r\n\x1a\n"
        + chunk(b"IHDR", header)
        + chunk(b"IDAT", zlib.compress(rows))
        + chunk(b"IEND", b"")
    )


def test_numbers_in_a_file_with_loss_are_refused(tmp_path):
    for suffix in ("jpg", "webp"):
        path = save(tmp_path / f"a.{suffix}", NUMBERS)
        with pytest.raises(ValueError, match=rf"a\.{suffix}: .*use PNG"):
            read_label_file(path, SPACE)


def test_colours_are_no_numbers_and_numbers_no_colours(tmp_path):
    colours = save(tmp_path / "colours.png", np.zeros((4, 4, 3), "uint8"))
    with pytest.raises(ValueError, match="label colours.*Received"):
        read_label_file(colours, SPACE)
    numbers = save(tmp_path / "numbers.png", NUMBERS)
    with pytest.raises(ValueError, match="class numbers.*Received"):
        read_label_file(numbers, "cityscapes_palette")


def test_stacks_and_inverted_files_are_refused(tmp_path):
    page = Image.fromarray(NUMBERS)
    page.save(tmp_path / "stack.tif", save_all=True, append_images=[page])
    with pytest.raises(ValueError, match="one image.*Received: a file of 2"):
        read_label_file(tmp_path / "stack.tif", SPACE)
    page.save(tmp_path / "inverted.tif", tiffinfo={262: 0})
    with pytest.raises(ValueError, match="white is zero"):
        read_label_file(tmp_path / "inverted.tif", SPACE)


def test_fractions_are_refused(tmp_path):
    np.save(tmp_path / "a.npy", NUMBERS / 2)
    with pytest.raises(ValueError, match="integers.*float64"):
        read_label_file(tmp_path / "a.npy", SPACE)


def test_carla_keeps_its_numbers_in_the_red_channel(tmp_path):
    pixels = np.full((4, 8, 3), 99, "uint8")
    pixels[..., 0] = 7
    save(tmp_path / "a.png", pixels)
    assert (Labels(tmp_path, ["a.jpg"], "carla_0_8").load(0) == 0).all()


def test_labels_are_turned_as_images_are(tmp_path):
    orientation = Image.Exif()
    orientation[0x0112] = 6
    path = save(tmp_path / "a.png", NUMBERS[:2], exif=orientation)
    np.testing.assert_array_equal(
        read_label_file(path, SPACE), np.rot90(NUMBERS[:2], -1)
    )
    assert ImageCollection([path]).load(0).shape[:2] == (4, 2)


def test_halves_of_files_in_label_colours_are_labels(tmp_path):
    pixels = np.zeros((4, 8, 3), "uint8")
    pixels[:, 4:] = (70, 130, 180)
    save(tmp_path / "a.jpg", pixels, quality=95, subsampling=0)
    labels = Labels(f"{tmp_path}@right", ["a"], "cityscapes_palette")
    assert labels.load(0, (2, 2)).tolist() == [[10, 10], [10, 10]]


def test_numbers_of_another_space_are_counted_and_named(tmp_path):
    numbers = NUMBERS.copy()
    numbers[0, 0], numbers[1:3, 0] = 33, 24
    save(tmp_path / "a.png", numbers)
    labels = Labels(tmp_path, ["a"], SPACE)
    message = r"a\.png: .*labels of cityscapes_ids.*24 \(2 pix.*33 \(1 pixels"
    with pytest.raises(ValueError, match=message):
        labels.load(0)


def test_a_label_of_another_shape_than_its_image_is_refused(tmp_path):
    save(tmp_path / "images" / "a.png", np.zeros((8, 16, 3), "uint8"))
    save(tmp_path / "labels" / "a.png", NUMBERS)
    images = ImageCollection(tmp_path / "images", resize=(4, 4))
    with pytest.raises(ValueError, match="4x4 for an image of 8x16"):
        Labels.of(images, tmp_path / "labels", SPACE).load(0)


def test_a_missing_folder_and_one_without_labels_are_told_apart(tmp_path):
    with pytest.raises(OSError):
        Labels(tmp_path / "missing", ["a"], SPACE)
    with pytest.raises(ValueError, match="Received: none in"):
        Labels(tmp_path, ["a"], SPACE)


def test_shares_are_of_all_labels_and_count_each_once(tmp_path):
    save(tmp_path / "a.png", NUMBERS)
    save(tmp_path / "b.png", np.full((4, 4), 10, "uint8"))
    labels = Labels(tmp_path, ["a", "b"], SPACE)
    labels.load(0)
    labels.load(0)
    assert labels.shares.as_dict() == {
        "sky": 0.625,
        "road": 0.125,
        "car": 0.125,
        "ignored": 0.125,
    }


def with_palette(path, numbers, colours):
    image = Image.fromarray(np.asarray(numbers, "uint8"), "P")
    image.putpalette(np.asarray(colours, "uint8").tobytes())
    image.save(path)
    return path


def test_red_that_a_tool_put_into_a_palette_is_still_the_number(tmp_path):
    colours = [[10, 0, 0], [0, 0, 0], [7, 0, 0]]
    path = with_palette(tmp_path / "a.png", [[0, 1, 2, 2]], colours)
    numbers = read_label_file(path, "carla_0_9_14")
    assert numbers.tolist() == [[10, 0, 7, 7]]
    # Colours for looking at say nothing.
    colours = [[10, 0, 0], [0, 9, 0], [7, 0, 0]]
    path = with_palette(tmp_path / "b.png", [[0, 1, 2, 2]], colours)
    assert read_label_file(path, "carla_0_9_14").tolist() == [[0, 1, 2, 2]]


def test_a_palette_of_other_greys_than_its_places_is_refused(tmp_path):
    greys = [[11] * 3, [13] * 3, [255] * 3]
    path = with_palette(tmp_path / "a.png", [[0, 1, 2, 2]], greys)
    with pytest.raises(ValueError, match="place 0 of grey 11"):
        read_label_file(path, SPACE)
    same = [[grey] * 3 for grey in range(3)]
    path = with_palette(tmp_path / "b.png", [[0, 1, 2, 2]], same)
    assert read_label_file(path, SPACE).tolist() == [[0, 1, 2, 2]]


def test_tiff_of_few_bits_is_refused_as_its_numbers_would_be_spread(tmp_path):
    numbers = np.array([[0, 1, 2, 13]] * 4, "uint8")
    path = tmp_path / "a.tif"
    tifffile.imwrite(path, numbers, bitspersample=4, photometric="minisblack")
    with pytest.raises(ValueError, match="8 or 16 bits.*4 bits"):
        read_label_file(path, SPACE)
