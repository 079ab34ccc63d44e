import io

import numpy as np
import pytest
from PIL import Image

from semst_tf.data.label_spaces import CITYSCAPES_CLASSES
from semst_tf.data.label_spaces import LABEL_SPACES
from semst_tf.data.label_spaces import decode_cityscapes_palette
from semst_tf.data.label_spaces import map_labels


def _name(number, space):
    number = map_labels(np.array([number]), space)[0]
    return None if number == 255 else CITYSCAPES_CLASSES[number]


@pytest.mark.parametrize(
    "space, number, name",
    [
        ("cityscapes_ids", 7, "road"),
        ("cityscapes_ids", 17, "pole"),
        ("cityscapes_ids", 18, None),
        ("cityscapes_ids", 19, "traffic light"),
        ("cityscapes_ids", 23, "sky"),
        ("cityscapes_ids", 28, "bus"),
        ("cityscapes_ids", 29, None),
        ("cityscapes_ids", 31, "train"),
        ("cityscapes_ids", 33, "bicycle"),
        ("cityscapes_ids", 255, None),
        ("cityscapes_train_ids", 18, "bicycle"),
        ("carla_0_9_14", 11, "sky"),
        ("carla_0_9_14", 24, "road"),
        ("carla_0_8", 0, None),
        ("carla_0_8", 10, "car"),
        ("camvid", 0, "sky"),
        ("camvid", 11, None),
    ],
)
def test_numbers_mean_what_the_data_set_says(space, number, name):
    assert _name(number, space) == name


def test_every_training_class_has_a_cityscapes_id():
    numbers = np.array(sorted(LABEL_SPACES["cityscapes_ids"]))
    mapped = map_labels(numbers, "cityscapes_ids")
    assert sorted(mapped[mapped != 255]) == list(range(19))


def test_unknown_number_is_refused():
    with pytest.raises(ValueError, match="Received: label 12"):
        map_labels(np.array([0, 12]), "camvid")


def test_unknown_space_is_refused():
    with pytest.raises(ValueError, match="Received: space='ade'"):
        map_labels(np.array([0]), "ade")


def test_fractions_are_refused():
    with pytest.raises(ValueError, match="dtype=float64"):
        map_labels(np.array([0.5]), "camvid")


def test_palette_survives_jpeg():
    colours = np.zeros((48, 48, 3), "uint8")
    colours[:16] = (70, 130, 180)
    colours[16:32] = (128, 64, 128)
    colours[32:, :16] = (81, 0, 81)
    file = io.BytesIO()
    Image.fromarray(colours).save(file, "JPEG", quality=75)
    decoded = decode_cityscapes_palette(np.asarray(Image.open(file)))
    # Edges may blend into other colours, the inside may not.
    assert set(decoded[4:12, 4:-4].flat) == {10}
    assert set(decoded[20:28, 4:-4].flat) == {0}
    assert set(decoded[36:44, 4:12].flat) == {255}


def test_grey_image_is_no_palette():
    with pytest.raises(ValueError, match="Received: shape="):
        decode_cityscapes_palette(np.zeros((4, 4), "uint8"))
