"""Labels that belong to their images, and those that do not."""

import numpy as np
import pytest
from labelled_streets import ROAD
from labelled_streets import SKY
from labelled_streets import street
from labelled_streets import write_streets
from PIL import Image

from semst_tf.adaptation import LabelledImages

SPACE = "cityscapes_train_ids"


@pytest.fixture
def streets(tmp_path):
    return write_streets(tmp_path / "streets", count=2)


def read(folder, space=SPACE, **options):
    return LabelledImages(
        folder / "images", folder / "labels", space, **options
    )


def test_images_and_labels_come_as_they_are_stored(streets):
    images = read(streets)
    assert images.names == ["0", "1"]
    assert images.classes == [ROAD, SKY]
    for index in range(2):
        image, label = street(index)
        np.testing.assert_array_equal(images.image(index), image)
        np.testing.assert_array_equal(images.label(index), label)


def test_resizing_never_mixes_classes(streets):
    images = read(streets, size="7x13")
    assert images.image(0).shape == (7, 13, 3)
    assert images.label(0).shape == (7, 13)
    assert set(np.unique(images.label(0))) <= {ROAD, SKY, 255}


def test_label_colours_beside_the_image_survive_jpeg(tmp_path):
    photo, label = street(0, (32, 64))
    colours = np.zeros((*label.shape, 3), "uint8")
    colours[label == ROAD] = (128, 64, 128)
    colours[label == SKY] = (70, 130, 180)
    both = np.concatenate([photo, colours], axis=1)
    Image.fromarray(both).save(tmp_path / "0.jpg", quality=95)
    images = LabelledImages(
        f"{tmp_path}@left", f"{tmp_path}@right", "cityscapes_palette"
    )
    assert images.shape == label.shape
    inside = np.ones(label.shape, bool)
    horizon = int(np.argmax(label[:, 0] == 255))
    inside[max(0, horizon - 8) : horizon + 9] = False
    np.testing.assert_array_equal(
        images.label(0)[inside], np.where(label == SKY, SKY, ROAD)[inside]
    )


def test_numbers_of_other_data_sets_become_cityscapes_classes(streets):
    for path in (streets / "labels").iterdir():
        label = np.asarray(Image.open(path))
        camvid = np.select([label == ROAD, label == SKY], [3, 0], 11)
        Image.fromarray(camvid.astype("uint8")).save(path)
    np.testing.assert_array_equal(
        read(streets, "camvid").label(1), street(1)[1]
    )


def test_carla_keeps_its_numbers_in_the_red_channel(streets):
    for path in (streets / "labels").iterdir():
        label = np.asarray(Image.open(path))
        colours = np.zeros((*label.shape, 3), "uint8")
        colours[..., 0] = np.where(label == ROAD, 7, 0)
        Image.fromarray(colours).save(path)
    expected = np.where(street(0)[1] == ROAD, ROAD, 255)
    np.testing.assert_array_equal(read(streets, "carla_0_8").label(0), expected)


def test_endings_tell_images_and_labels_in_one_folder_apart(tmp_path):
    folder = tmp_path / "town"
    folder.mkdir()
    for kind, array in zip(("img", "labelIds"), street(3)):
        Image.fromarray(array).save(folder / f"7_{kind}.png")
    Image.fromarray(street(3)[0]).save(folder / "7_color.png")
    images = LabelledImages(
        folder, folder, SPACE, endings=("_img", "_labelIds")
    )
    assert images.names == ["7"]
    np.testing.assert_array_equal(images.label(0), street(3)[1])


def test_names_count_with_their_subfolders(tmp_path):
    for town, number in (("a", 0), ("b", 1)):
        for kind, array in zip(("images", "labels"), street(number)):
            (tmp_path / kind / town).mkdir(parents=True)
            Image.fromarray(array).save(tmp_path / kind / town / "1.png")
    images = read(tmp_path)
    assert images.names == ["a/1", "b/1"]
    np.testing.assert_array_equal(images.label(1), street(1)[1])


def test_an_image_without_label_is_named(streets):
    (streets / "labels" / "1.png").unlink()
    with pytest.raises(ValueError, match=r"no label for .*1\.png"):
        read(streets)


def test_numbers_that_are_no_labels_are_named_with_their_file(streets):
    label = np.full((16, 32), 77, "uint8")
    Image.fromarray(label).save(streets / "labels" / "1.png")
    with pytest.raises(ValueError, match=r"1\.png: .*label 77"):
        read(streets)


def test_class_numbers_in_jpeg_are_refused(streets):
    label = Image.open(streets / "labels" / "1.png")
    label.save(streets / "labels" / "1.jpg")
    (streets / "labels" / "1.png").unlink()
    with pytest.raises(ValueError, match="JPEG changes class numbers"):
        read(streets)


def test_label_colours_read_as_numbers_are_refused(streets):
    colours = np.zeros((16, 32, 3), "uint8")
    Image.fromarray(colours).save(streets / "labels" / "0.png")
    with pytest.raises(ValueError, match="one channel"):
        read(streets)


def test_a_label_of_another_shape_is_not_stretched(streets):
    Image.fromarray(street(0, (16, 16))[1]).save(streets / "labels" / "0.png")
    with pytest.raises(ValueError, match="16x16 for an image of 16x32"):
        read(streets)


def test_images_of_several_sizes_ask_for_one_size(streets):
    for kind, array in zip(("images", "labels"), street(5, (20, 40))):
        Image.fromarray(array).save(streets / kind / "2.png")
    with pytest.raises(ValueError, match="20x40"):
        read(streets)
    assert len(read(streets, size=(16, 32))) == 3


def test_two_labels_of_one_name_are_refused(streets):
    label = Image.open(streets / "labels" / "1.png")
    label.save(streets / "labels" / "1.bmp")
    with pytest.raises(ValueError, match=r"here are 2.*1\.bmp and 1\.png"):
        read(streets)


def test_an_unknown_label_space_names_those_there_are(streets):
    with pytest.raises(ValueError, match="camvid.*Received: 'cityscape'"):
        read(streets, "cityscape")
