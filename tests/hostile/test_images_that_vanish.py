"""Images that change on the disk while a training reads them."""

import bad_files
import pytest

from semst_tf.data import UnreadableImageError
from semst_tf.data import unpaired_images
from semst_tf.data.reading_errors import plain_reading_errors

tf = pytest.importorskip("tensorflow")


@pytest.fixture
def folders(tmp_path):
    places = []
    for domain, kind in (("source", "png"), ("target", "bmp")):
        folder = tmp_path / domain
        folder.mkdir()
        for number in range(3):
            content = bad_files.sound(kind)
            (folder / f"{domain}{number}.{kind}").write_bytes(content)
        places.append(folder)
    return places


def vanish(path):
    path.unlink()


def shrink(path):
    path.write_bytes(path.read_bytes()[:60])


def empty(path):
    path.write_bytes(b"")


def become_folder(path):
    path.unlink()
    path.mkdir()


def become_smaller(path):
    from PIL import Image

    Image.new("RGB", (4, 4)).save(path)


CHANGES = (vanish, shrink, empty, become_folder, become_smaller)


@pytest.mark.parametrize("change", CHANGES)
def test_reading_ends_with_an_error_that_names_it(folders, change):
    source, target = folders
    data = unpaired_images(source, target, crop_size=8, cache_bytes=0)
    # Only now, when they have been checked.
    change(source / "source1.png")
    with pytest.raises(tf.errors.OpError, match="source1.png"):
        for _ in data.take(10):
            pass
    with pytest.raises(UnreadableImageError, match="source1.png") as error:
        with plain_reading_errors():
            for _ in data.take(10):
                pass
    assert "\n" not in str(error.value)


def test_other_errors_keep_their_kind():
    with pytest.raises(tf.errors.InvalidArgumentError, match="different"):
        with plain_reading_errors():
            tf.debugging.assert_equal(1, 2, "different")
    with pytest.raises(KeyError):
        with plain_reading_errors():
            raise KeyError


@pytest.mark.parametrize("change", CHANGES)
def test_images_in_memory_are_not_missed(folders, change):
    source, target = folders
    data = unpaired_images(source, target, crop_size=8)
    for _ in data.take(6):
        pass
    change(source / "source1.png")
    assert len(list(data.take(9))) == 9


@pytest.mark.parametrize("change", CHANGES[:4])
def test_the_next_start_leaves_it_out_if_asked_to(folders, change):
    source, target = folders
    change(source / "source1.png")
    if change in (shrink, empty):
        with pytest.warns(UserWarning, match="source1.png"):
            data = unpaired_images(source, target, crop_size=8, skip_bad=True)
    else:
        data = unpaired_images(source, target, crop_size=8, skip_bad=True)
    assert len(list(data.take(9))) == 9
