import threading

import numpy as np
import pytest
from PIL import Image

from semst_tf.data import ImageCollection
from semst_tf.data import image_collection
from semst_tf.data import read_image
from semst_tf.data.image_files import decode_image


def test_nested_mixed_formats_are_found_in_a_fixed_order(make_image, tmp_path):
    names = [
        "b/2.JPG",
        "b/1.png",
        "a/deep/er/3.webp",
        "4.bmp",
        "c.gif",
        "d.tiff",
        "e.npy",
        "f.jpeg",
    ]
    for name in names:
        make_image(name)
    make_image(".hidden.png")
    make_image(".folder/5.png")
    (tmp_path / "notes.txt").write_text("no image")
    (tmp_path / "folder.png").mkdir()
    images = ImageCollection(tmp_path)
    found = [images.name(index) for index in range(len(images))]
    assert found == sorted(str(tmp_path / name) for name in names)
    for index in range(len(images)):
        assert images.load(index).shape == (24, 32, 3)


def test_lists_keep_the_order_that_was_given(make_image):
    paths = [make_image("b.png", seed=1), make_image("a.png", seed=2)]
    images = ImageCollection([str(path) for path in paths])
    np.testing.assert_array_equal(images.load(0), read_image(paths[0]))


def test_linked_folders_are_followed_but_never_in_circles(
    make_folder, tmp_path
):
    folder = make_folder("real", 2)
    linked = tmp_path / "linked"
    linked.mkdir()
    (linked / "there").symlink_to(folder)
    (folder / "back").symlink_to(linked)
    assert len(ImageCollection(linked)) == 2


@pytest.mark.parametrize("name", ["späße 1.png", "two\nlines.png"])
def test_odd_file_names_are_read_and_printed_on_one_line(
    make_image, tmp_path, name
):
    make_image(f"odd/{name}")
    images = ImageCollection(tmp_path / "odd")
    assert images.load(0).shape == (24, 32, 3)
    assert "\n" not in images.name(0)


def test_file_names_that_are_no_utf8_can_be_read_and_printed(tmp_path):
    path = bytes(tmp_path) + b"/\xff.bmp"
    with open(path, "wb") as file:
        Image.new("RGB", (4, 4)).save(file, "BMP")
    images = ImageCollection(tmp_path)
    assert images.load(0).shape == (4, 4, 3)
    images.name(0).encode("utf-8")


@pytest.mark.parametrize("width", [40, 41])
def test_halves_of_side_by_side_files(tmp_path, width):
    image = np.zeros((10, width, 3), "uint8")
    image[:, width // 2 :] = 200
    image[:, : width // 2] = 100
    Image.fromarray(image).save(tmp_path / "pair.png")
    left = ImageCollection(f"{tmp_path}@left").load(0)
    right = ImageCollection(tmp_path, half="right").load(0)
    assert left.shape == right.shape == (10, 20, 3)
    assert (left == 100).all()
    assert (right == 200).all()
    header = ImageCollection(tmp_path, half="right", resize=10).header(0)
    assert (header.height, header.width) == (5, 10)


def test_half_comes_before_resize(make_folder):
    images = ImageCollection(
        make_folder("a", 1, size=(16, 64)), half="left", resize=16
    )
    assert images.load(0).shape == (8, 16, 3)


def test_header_and_image_agree(make_folder):
    folder = make_folder("a", 3, size=(25, 31), channels=1)
    images = ImageCollection(folder, resize="short:13", channels=3)
    header = images.header(1)
    image = images.load(1)
    assert image.shape == (header.height, header.width, header.channels)


@pytest.mark.parametrize(
    ("stored", "channels", "expected"),
    [(1, "auto", 1), (3, "auto", 3), (1, 3, 3), (3, 1, 1)],
)
def test_channel_conversion(make_folder, stored, channels, expected):
    folder = make_folder("a", 1, channels=stored)
    images = ImageCollection(folder, channels=channels)
    assert images.load(0).shape[-1] == expected
    assert images.channels == expected


def test_colour_becomes_grey_as_pillow_does_it(make_folder):
    folder = make_folder("a", 1)
    expected = Image.open(folder / "000.png").convert("L")
    grey = ImageCollection(folder, channels=1).load(0)[..., 0]
    assert np.abs(grey.astype(int) - np.asarray(expected)).max() <= 1


def test_five_channels_stay_five_and_cannot_become_colour(make_folder):
    folder = make_folder("a", 1, channels=5, suffix=".npy")
    assert ImageCollection(folder).load(0).shape[-1] == 5
    with pytest.raises(ValueError, match="5 channels.*can't become 3"):
        ImageCollection(folder, channels=3).header(0)
    with pytest.raises(ValueError, match="5 channels, channels=3"):
        ImageCollection(folder, channels=3).load(0)


def test_mixed_channel_counts_name_two_files(make_image, tmp_path):
    make_image("a.png", channels=3)
    make_image("b.png", channels=1)
    with pytest.raises(ValueError, match=r"b\.png has 1 .*a\.png has 3"):
        ImageCollection(tmp_path).load(1)


def test_images_are_decoded_once_while_memory_lasts(make_folder, monkeypatch):
    folder = make_folder("a", 3, size=(10, 10))
    decoded = []

    def counting(file):
        decoded.append(file)
        return decode_image(file)

    monkeypatch.setattr(image_collection, "decode_image", counting)
    images = ImageCollection(folder, cache_bytes=2 * 300)
    for _ in range(3):
        for index in range(3):
            images.load(index)
    assert len(decoded) == 2 + 3


def test_memory_cannot_be_changed_through_a_returned_image(make_folder):
    images = ImageCollection(make_folder("a", 1), cache_bytes=10**6)
    with pytest.raises(ValueError, match="read-only"):
        images.load(0)[:] = 0


def test_many_threads_see_the_same_images(make_folder):
    folder = make_folder("a", 8)
    images = ImageCollection(folder, cache_bytes=4 * 24 * 32 * 3)
    expected = [ImageCollection(folder).load(index) for index in range(8)]
    wrong = []

    def read():
        for index in list(range(8)) * 5:
            if not np.array_equal(images.load(index), expected[index]):
                wrong.append(index)

    threads = [threading.Thread(target=read) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not wrong


def test_without_drops_images_and_keeps_options(make_folder):
    images = ImageCollection(make_folder("a", 4), channels=1)
    fewer = images.without([0, 2])
    assert [fewer.name(0), fewer.name(1)] == [
        images.name(1),
        images.name(3),
    ]
    assert fewer.load(1).shape[-1] == 1
    assert len(images) == 4


def test_missing_folder_is_told_apart_from_an_empty_one(tmp_path):
    with pytest.raises(FileNotFoundError):
        ImageCollection(tmp_path / "none")
    assert len(ImageCollection(tmp_path)) == 0


@pytest.mark.parametrize(
    "options",
    [
        {"half": "top"},
        {"resize": "big"},
        {"resize_filter": "sharp"},
        {"channels": 0},
        {"channels": "rgb"},
        {"value_range": (1, 0)},
    ],
)
def test_senseless_options_are_refused(tmp_path, options):
    with pytest.raises(ValueError, match="Received: "):
        ImageCollection(tmp_path, **options)


@pytest.mark.parametrize("images", [None, 3, "", {"a": 1}])
def test_what_is_no_folder_is_refused(images):
    with pytest.raises(ValueError, match="Received: "):
        ImageCollection(images)


def test_folder_and_half_that_disagree_are_refused(tmp_path):
    with pytest.raises(ValueError, match="disagree"):
        ImageCollection(f"{tmp_path}@left", half="right")
