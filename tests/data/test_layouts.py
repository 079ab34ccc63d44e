"""Layouts of driving data sets: found, named, and their labels read."""

import numpy as np
import pytest
from PIL import Image

from semst_tf.data import write_image
from semst_tf.data.label_file import read_label_file
from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.data.label_spaces import COLOUR_CODES
from semst_tf.data.label_spaces import LABEL_SPACES
from semst_tf.data.label_spaces import map_labels
from semst_tf.data.layouts import LAYOUTS
from semst_tf.data.layouts import find_layout


def touch(root, *names):
    for name in names:
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"")


@pytest.mark.parametrize("name", LAYOUTS)
def test_every_layout_finds_its_own_images_and_labels(tmp_path, name):
    layout = LAYOUTS[name]
    image, label = layout.example
    touch(tmp_path, image, label, "README.txt")
    files = find_layout(tmp_path, name)
    assert files.images == [image]
    assert files.labels == [label]
    assert files.others == sorted([label, "README.txt"])
    assert layout.label_space in LABEL_SPACES


@pytest.mark.parametrize("name", LAYOUTS)
def test_a_data_set_of_another_layout_is_named(tmp_path, name):
    other = "gta5" if name != "gta5" else "synthia"
    touch(tmp_path, *LAYOUTS[name].example)
    with pytest.raises(ValueError, match=f"looks like {name}"):
        find_layout(tmp_path, other)


def test_images_without_any_label_and_no_layout_are_refused(tmp_path):
    touch(tmp_path, "images/a.png", "images/b.png")
    with pytest.raises(ValueError, match="2 images and none of their labels"):
        find_layout(tmp_path, "gta5")
    touch(tmp_path, "labels/b.png")
    assert find_layout(tmp_path, "gta5").labels == [None, "labels/b.png"]
    with pytest.raises(ValueError, match="Received: 'kitti'"):
        find_layout(tmp_path, "kitti")
    with pytest.raises(OSError):
        find_layout(tmp_path / "nowhere", "gta5")


@pytest.mark.parametrize(
    "space, number, name",
    [
        ("gta5", 7, "road"),
        ("gta5", 34, None),
        ("synthia", 3, "road"),
        ("synthia", 22, "road"),
        ("synthia", 17, "rider"),
        ("synthia", 21, "wall"),
        ("synthia", 14, None),
        ("virtual_kitti", 14, "car"),
        ("virtual_kitti", 3, "vegetation"),
        ("carla_0_9_13", 13, "sky"),
        ("carla_0_9_13", 22, "terrain"),
        ("carla_0_9_13", 10, "car"),
    ],
)
def test_numbers_mean_what_the_data_set_says(space, number, name):
    found = map_labels(np.array([number]), space)[0]
    assert (None if found == 255 else CITYSCAPES_CLASSES[found]) == name


def test_colours_of_virtual_kitti_are_exact_codes(tmp_path):
    numbers = np.arange(15, dtype="uint8").reshape(3, 5)
    image = np.array(COLOUR_CODES["virtual_kitti"], "uint8")[numbers]
    write_image(tmp_path / "a.png", image)
    read = read_label_file(tmp_path / "a.png", "virtual_kitti")
    np.testing.assert_array_equal(read, numbers)
    image[1, 1] += 1
    write_image(tmp_path / "a.png", image)
    with pytest.raises(ValueError, match="exactly.*Received: colour"):
        read_label_file(tmp_path / "a.png", "virtual_kitti")


def test_sixteen_bits_of_synthia_are_not_cut_off(tmp_path):
    numbers = np.arange(20, dtype="uint16").reshape(4, 5)
    label = np.stack([numbers, numbers + 300, 0 * numbers], axis=-1)
    write_image(tmp_path / "a.png", label)
    read = read_label_file(tmp_path / "a.png", "synthia")
    np.testing.assert_array_equal(read, numbers)


def test_gta5_numbers_are_places_in_the_palette(tmp_path):
    numbers = np.array([[7, 34], [23, 0]], "uint8")
    image = Image.fromarray(numbers).convert("P")
    image.putdata(numbers.ravel().tolist())
    image.save(tmp_path / "a.png")
    read = read_label_file(tmp_path / "a.png", "gta5")
    np.testing.assert_array_equal(read, numbers)
