"""Translations of a teacher: made once, kept, and never another's."""

import shutil

import numpy as np
import pytest
from folders import contents
from folders import write_images

from semst_tf.data import ImageCollection
from semst_tf.data import read_image
from semst_tf.distillation import TeacherImages
from semst_tf.inference.translate import translate
from semst_tf.networks import ResNetGenerator
from semst_tf.storage.sole_writer import sole_writer

pytestmark = pytest.mark.backend_neutral


def teacher(seed=0, **arguments):
    return ResNetGenerator(4, 1, seed=seed, **arguments)


@pytest.fixture
def source(tmp_path):
    return ImageCollection(write_images(tmp_path / "photos"), resize=24)


def test_they_are_what_the_teacher_makes_of_the_resized_images(
    source, tmp_path
):
    network = teacher()
    images = TeacherImages(network, source, tmp_path / "cache")
    steps = []
    images.make(lambda *step: steps.append(step))
    assert steps == [(1, 3), (2, 3), (3, 3)]
    collection = images.collection()
    assert len(collection) == 3
    for index in range(3):
        wanted = translate(network, source.load(index))
        assert wanted.shape == (20, 24, 3)
        np.testing.assert_array_equal(collection.load(index), wanted)


def test_what_is_there_is_not_made_again(source, tmp_path):
    images = TeacherImages(teacher(), source, tmp_path / "cache")
    images.make()
    before = contents(images.folder)
    images.path(1).unlink()
    steps = []
    again = TeacherImages(teacher(), source, tmp_path / "cache")
    assert "1 images to translate, 2 are there" in str(again)
    again.make(lambda *step: steps.append(step))
    assert steps == [(1, 1)]
    assert contents(images.folder) == before
    again.make(lambda *step: steps.append(step))
    assert len(steps) == 1


def test_another_teacher_image_or_size_has_another_folder(source, tmp_path):
    photos = tmp_path / "photos"

    def folder(network=None, images=source):
        network = network or teacher()
        return TeacherImages(network, images, tmp_path / "cache").folder

    same = folder()
    assert folder(teacher(seed=1)) != same
    assert folder(teacher(residual=True, strength=0.5)) != same
    assert folder(images=ImageCollection(photos)) != same
    moved = tmp_path / "moved"
    shutil.copytree(photos, moved)
    assert folder(images=ImageCollection(moved, resize=24)) == same
    (moved / "1.png").write_bytes((moved / "2.png").read_bytes())
    assert folder(images=ImageCollection(moved, resize=24)) != same


def test_more_than_the_disk_holds_is_refused_before_anything_is_made(
    source, tmp_path, monkeypatch
):
    images = TeacherImages(teacher(), source, tmp_path / "cache")
    # Three images of 20 x 24 x 3 bytes, and a tenth for the file system.
    assert images.needed_bytes() == 4752
    monkeypatch.setattr(TeacherImages, "free_bytes", lambda self: 4751)
    with pytest.raises(ValueError, match="do not fit on the disk"):
        images.make()
    assert not (tmp_path / "cache").exists()


def test_values_that_the_teacher_cannot_take_leave_nothing(tmp_path):
    (tmp_path / "s").mkdir()
    np.save(tmp_path / "s" / "a.npy", np.full((16, 16, 3), 900, "int16"))
    source = ImageCollection(tmp_path / "s")
    with pytest.raises(ValueError, match="need an explicit `value_range"):
        TeacherImages(teacher(), source, tmp_path / "cache").make()
    assert not (tmp_path / "cache").exists()


def test_a_teacher_of_other_channels_is_refused(source, tmp_path):
    with pytest.raises(ValueError, match="images of 1 channels"):
        TeacherImages(teacher(input_channels=1), source, tmp_path / "cache")


@pytest.mark.parametrize(("channels", "suffix"), [(1, ".png"), (5, ".npy")])
def test_any_channels_are_kept(source, tmp_path, channels, suffix):
    network = teacher(output_channels=channels)
    images = TeacherImages(network, source, tmp_path / "cache")
    images.make()
    assert images.path(0).suffix == suffix
    assert read_image(images.path(0)).shape == (20, 24, channels)


def test_two_at_once_do_not_translate_the_same_images(source, tmp_path):
    images = TeacherImages(teacher(), source, tmp_path / "cache")
    with sole_writer(images.folder):
        with pytest.raises(ValueError, match="Another process"):
            images.make()
        assert list(images.folder.iterdir()) == []
