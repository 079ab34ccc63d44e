"""Labels beside training images: what is read, how cut, how matched."""

import numpy as np
import pytest
from PIL import Image

from semst_tf.data import CropIndex
from semst_tf.data import ImageCollection
from semst_tf.data import TrainingLabels
from semst_tf.data import UnpairedSampler
from semst_tf.data import unpaired_images
from semst_tf.data.training_labels import class_histogram

SPACE = "cityscapes_train_ids"


def write_labels(folder, arrays):
    folder.mkdir(parents=True, exist_ok=True)
    for number, array in enumerate(arrays):
        Image.fromarray(np.asarray(array, "uint8")).save(
            folder / f"{number:03}.png"
        )
    return folder


def columns(width=32, height=24):
    """Labels whose class says the column, so that cuts show."""
    return np.tile(np.arange(width) // 2, (height, 1))


@pytest.fixture
def images(make_folder):
    return ImageCollection(make_folder("s", 3))


def labels_of(images, folder, space=SPACE, classes=19, **options):
    return TrainingLabels.of(images, folder, space, classes, **options)


def test_labels_are_cut_and_mirrored_with_their_images(tmp_path, make_folder):
    folder = make_folder("grey", 3)
    for path in folder.iterdir():
        # The image shows the class.
        Image.fromarray((columns() * 10).astype("uint8")).save(path)
    images = ImageCollection(folder, channels=1)
    target = ImageCollection(make_folder("t", 2))
    sampler = UnpairedSampler(
        images,
        target,
        crop_size=(12, 20),
        source_labels=labels_of(
            images, write_labels(tmp_path / "l", [columns()] * 3)
        ),
        target_labels=labels_of(
            target, write_labels(tmp_path / "m", [columns()] * 2)
        ),
    )
    assert sampler.shapes["target_labels"] == ((12, 20), "uint8")
    for index in range(12):
        example = sampler.example(index)
        shown = np.rint((example["source"][..., 0] + 1) * 127.5 / 10)
        np.testing.assert_array_equal(example["source_labels"], shown)
        assert example["target_labels"].dtype == np.uint8
        assert example["target_labels"].flags.c_contiguous


def test_target_labels_follow_the_matched_crop(tmp_path, images, make_folder):
    target = ImageCollection(make_folder("t", 2))
    labels = [
        labels_of(one, write_labels(tmp_path / name, [columns()] * len(one)))
        for one, name in ((images, "l"), (target, "m"))
    ]
    index = CropIndex.build(*labels, (12, 8), class_histogram(19), 1)
    sampler = UnpairedSampler(
        images,
        target,
        crop_size=(12, 8),
        flip=False,
        matching=index,
        source_labels=labels[0],
        target_labels=labels[1],
    )
    apart = [
        abs(float(e["source_labels"].mean()) - float(e["target_labels"].mean()))
        for e in map(sampler.example, range(30))
    ]
    # Crops of a width of 4 classes, that may lie half a crop beside.
    assert max(apart) <= 4
    independent = UnpairedSampler(
        images,
        target,
        crop_size=(12, 8),
        flip=False,
        source_labels=labels[0],
        target_labels=labels[1],
    )
    apart = [
        abs(float(e["source_labels"].mean()) - float(e["target_labels"].mean()))
        for e in map(independent.example, range(30))
    ]
    assert max(apart) > 6


def test_places_of_the_source_are_drawn_equally_often_with_matching(
    tmp_path, images, make_folder
):
    target = ImageCollection(make_folder("t", 2))
    labels = [
        labels_of(one, write_labels(tmp_path / name, [columns()] * len(one)))
        for one, name in ((images, "l"), (target, "m"))
    ]
    index = CropIndex.build(*labels, (12, 8), class_histogram(19), 2)
    matched, plain = (
        UnpairedSampler(images, target, (12, 8), seed=1, matching=found)
        for found in (index, None)
    )
    for number in range(20):
        assert matched.corner("source", number) == plain.corner(
            "source", number
        )


def test_batches_bring_labels(tmp_path, images, make_folder):
    target = ImageCollection(make_folder("t", 2))
    labels = labels_of(images, write_labels(tmp_path / "l", [columns()] * 3))
    data = unpaired_images(
        images, target, crop_size=16, batch_size=2, source_labels=labels
    )
    batch = next(iter(data))
    assert set(batch) == {"source", "target", "source_labels"}
    assert batch["source_labels"].shape == (2, 16, 16)


def test_histograms_say_the_shares_of_classes_and_not_of_what_has_none():
    labels = np.array([[[0, 0, 0, 1], [255, 255, 255, 2]]], "uint8")
    vector = class_histogram(4)(labels)
    assert vector.dtype == np.float32
    np.testing.assert_allclose(vector**2, [[3 / 8, 1 / 8, 1 / 8, 0]], rtol=1e-6)


def test_labels_follow_images_that_are_resized(tmp_path, make_folder):
    images = ImageCollection(make_folder("s", 3), resize=(12, 16))
    labels = labels_of(images, write_labels(tmp_path / "l", [columns()] * 3))
    np.testing.assert_array_equal(np.unique(labels.load(0)), np.arange(16))
    assert labels.load(0).shape == (12, 16)


@pytest.mark.parametrize(
    ("space", "classes", "numbers", "expected"),
    [
        ("carla_0_9_14", 19, [1, 24, 0], [0, 0, 255]),
        ("index", 3, [0, 2, 255], [0, 2, 255]),
        ("mask", 2, [0, 255, 255], [0, 1, 1]),
    ],
)
def test_every_space_becomes_classes(
    tmp_path, images, space, classes, numbers, expected
):
    array = np.tile(np.array(numbers).repeat(10), (24, 1))
    array = np.pad(array, ((0, 0), (0, 2)), "edge")
    folder = write_labels(tmp_path / "l", [array] * 3)
    labels = labels_of(images, folder, space, classes)
    assert labels.load(1)[5, [4, 14, 24]].tolist() == expected
    shares = labels.check()
    assert f"{shares}".count("%") >= 2
    assert shares.doubt() is None


def test_a_wrong_label_space_is_doubted(tmp_path, images):
    folder = write_labels(tmp_path / "l", [np.full((24, 32), 7)] * 3)
    shares = labels_of(images, folder).check()
    assert "is this the right label space" in shares.doubt() or (
        "may be" in shares.doubt()
    )


def unknown(folder):
    write_labels(folder, [np.full((24, 32), 77)] * 3)


def another_size(folder):
    Image.new("L", (20, 24)).save(folder / "001.png")


def fewer(folder):
    (folder / "001.png").unlink()


def nothing(folder):
    write_labels(folder, [np.full((24, 32), 255)] * 3)


@pytest.mark.parametrize(
    ("harm", "message"),
    [
        (unknown, "label 77"),
        (another_size, "001.png of 24x20 for an image of 24x32"),
        (fewer, "no label for 1 of 3 images"),
        (nothing, "without a labelled pixel"),
    ],
)
def test_labels_that_do_not_fit_are_one_line(tmp_path, images, harm, message):
    folder = write_labels(tmp_path / "l", [columns()] * 3)
    harm(folder)
    with pytest.raises(ValueError, match=message) as raised:
        labels_of(images, folder).check()
    assert "\n" not in str(raised.value)


def test_classes_above_their_number_are_refused(tmp_path, images):
    folder = write_labels(tmp_path / "l", [columns()] * 3)
    with pytest.raises(ValueError, match="below 15.*Received: 15, in 48"):
        labels_of(images, folder, "index", 15).check()
    for space, classes in (("mask", 3), (SPACE, 5), ("index", 1), ("x", 19)):
        with pytest.raises(ValueError, match="classes|label space"):
            labels_of(images, folder, space, classes)
