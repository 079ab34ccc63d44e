"""Whatever is in a file: one clear error, or an image that can be used."""

import os
import resource
import warnings

import bad_files
import numpy as np
import pytest

from semst_tf.data import ImageCollection
from semst_tf.data import UnreadableImageError
from semst_tf.data import check_images
from semst_tf.data import read_image
from semst_tf.data.image_files import read_header

SHARES = (0.0, 0.02, 0.1, 0.3, 0.5, 0.7, 0.9)
MOST_MEMORY = 2**29


@pytest.fixture(autouse=True)
def quiet_decoders():
    # Pillow warns of odd metadata, which a damaged file is full of.
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        yield


def written(folder, name, content):
    path = folder / name
    path.write_bytes(content)
    return path


def assert_refused(path):
    with pytest.raises(UnreadableImageError) as caught:
        read_image(path)
    message = str(caught.value)
    assert path.name in message
    assert "\n" not in message and len(message) < 1000


@pytest.mark.parametrize("kind", bad_files.FORMATS)
def test_the_sound_files_that_the_others_are_made_of_are_read(tmp_path, kind):
    path = written(
        tmp_path, f"a{bad_files.suffix(kind)}", bad_files.sound(kind)
    )
    assert read_image(path).shape[:2] == bad_files.SHAPE


@pytest.mark.parametrize("kind", bad_files.FORMATS)
@pytest.mark.parametrize("share", SHARES)
def test_truncated_files_are_refused(tmp_path, kind, share):
    content = bad_files.truncated(kind, share)
    assert_refused(written(tmp_path, f"a{bad_files.suffix(kind)}", content))


@pytest.mark.parametrize("kind", bad_files.FORMATS)
@pytest.mark.parametrize("seed", range(12))
def test_flipped_bits_are_refused_or_give_a_usable_image(tmp_path, kind, seed):
    content = bad_files.flipped(kind, seed)
    path = written(tmp_path, f"a{bad_files.suffix(kind)}", content)
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    try:
        image = read_image(path)
    except UnreadableImageError as error:
        assert "\n" not in str(error)
    else:
        header = read_header(path)
        assert image.shape == (header.height, header.width, header.channels)
        assert image.dtype == header.dtype
        assert np.isfinite(image).all()
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < MOST_MEMORY


@pytest.mark.parametrize("name", bad_files.REFUSED)
def test_what_is_no_image_is_refused(tmp_path, name):
    before = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    assert_refused(written(tmp_path, name, bad_files.REFUSED[name]))
    grown = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss - before
    assert grown * 1024 < MOST_MEMORY


@pytest.mark.parametrize("content", ["png", "jpg", "bmp", "gif", "npy"])
@pytest.mark.parametrize("name", ["a.png", "a.jpg", "a.tif", "a.npy"])
def test_a_wrong_extension_does_not_matter(tmp_path, content, name):
    path = written(tmp_path, name, bad_files.sound(content))
    assert read_image(path).shape == (*bad_files.SHAPE, 3)
    assert len(ImageCollection(tmp_path)) == 1


@pytest.mark.parametrize(
    "name",
    [
        b"with space.png",
        b"new\nline.png",
        b"carriage\rreturn.png",
        b"tab\t.png",
        b"\xff\xfe.png",
        b"caf\xe9.png",
        "страница.png".encode(),
        b"quote'\".png",
        b"$(touch x);.png",
        b"-rf.png",
        b"%s%n{0}.png",
        b"x" * 251 + b".png",
    ],
)
def test_odd_names_are_read_and_printed_on_one_line(tmp_path, name):
    folder = tmp_path / "images"
    folder.mkdir()
    path = os.path.join(os.fsencode(folder), name)
    with open(path, "wb") as file:
        file.write(bad_files.sound("png"))
    images = ImageCollection(folder)
    assert images.load(0).shape == (*bad_files.SHAPE, 3)
    printed = images.name(0)
    printed.encode()  # Fails on what a terminal could not show.
    assert "\n" not in printed and "\r" not in printed


@pytest.mark.parametrize("name", [b"new\nline.png", b"\xff\xfe.png"])
def test_odd_names_of_bad_files_are_reported_on_one_line(tmp_path, name):
    path = os.path.join(os.fsencode(tmp_path), name)
    with open(path, "wb") as file:
        file.write(b"no image")
    with pytest.raises(UnreadableImageError) as caught:
        read_image(os.fsdecode(path))
    str(caught.value).encode()
    assert "\n" not in str(caught.value)


def links(folder):
    """Links that lead nowhere, to themselves, or round in circles."""
    (folder / "inside").mkdir()
    written(folder / "inside", "good.png", bad_files.sound("png"))
    (folder / "inside" / "round").symlink_to(folder)
    (folder / "again").symlink_to(folder / "inside")
    (folder / "itself").symlink_to(folder / "itself")
    (folder / "itself.png").symlink_to(folder / "itself.png")
    (folder / "there.png").symlink_to(folder / "back.png")
    (folder / "back.png").symlink_to(folder / "there.png")
    (folder / "nowhere.png").symlink_to(folder / "missing")


def test_links_in_circles_end_and_are_reported(tmp_path):
    links(tmp_path)
    other = tmp_path.parent / f"{tmp_path.name}-other"
    other.mkdir()
    written(other, "b.jpg", bad_files.sound("jpg"))
    report = check_images(tmp_path, other)
    assert sorted(os.path.basename(name) for name in report.skipped) == [
        "back.png",
        "itself.png",
        "nowhere.png",
        "there.png",
    ]
    assert len(report.source.usable) == 1


@pytest.mark.parametrize("name", ["itself.png", "nowhere.png"])
def test_reading_a_link_to_nowhere_is_an_os_error(tmp_path, name):
    links(tmp_path)
    with pytest.raises(OSError, match=name):
        read_image(tmp_path / name)


def special(folder):
    """What has the name of an image and is no file."""
    os.mkfifo(folder / "pipe.png")
    (folder / "folder.png").mkdir()
    (folder / "device.png").symlink_to("/dev/zero")


def test_pipes_devices_and_folders_are_no_images_of_a_folder(tmp_path):
    special(tmp_path)
    assert len(ImageCollection(tmp_path)) == 0


@pytest.mark.parametrize("name", ["pipe.png", "folder.png", "device.png"])
def test_pipes_devices_and_folders_are_refused_at_once(tmp_path, name):
    special(tmp_path)
    assert_refused(tmp_path / name)
    sound = written(tmp_path, "sound.png", bad_files.sound("png"))
    report = check_images([tmp_path / name, sound], [sound])
    assert list(report.source.unreadable) == [0]


def test_a_file_without_permission_is_an_os_error(tmp_path, monkeypatch):
    path = written(tmp_path, "secret.png", bad_files.sound("png"))
    if os.access(path, os.R_OK) and os.geteuid() == 0:
        # The administrator may read everything; pretend to be somebody.
        def refuse(file, *_, **__):
            raise PermissionError(13, "Permission denied", os.fspath(file))

        monkeypatch.setattr("builtins.open", refuse)
    else:
        path.chmod(0)
    with pytest.raises(PermissionError, match="secret.png"):
        read_image(path)


def test_a_folder_full_of_them_is_checked_and_the_rest_can_be_used(tmp_path):
    source = tmp_path / "source"
    source.mkdir()
    for name, content in bad_files.REFUSED.items():
        written(source, name, content)
    for number in range(3):
        written(source, f"sound{number}.png", bad_files.sound("png"))
    target = tmp_path / "target"
    target.mkdir()
    written(target, "t.jpg", bad_files.sound("jpg"))
    report = check_images(source, target, thorough=True)
    assert len(report.skipped) == len(bad_files.REFUSED)
    assert len(report.source.usable) == 3
    report.raise_for_problems(skip_bad=True)
    with pytest.raises(ValueError) as caught:
        report.raise_for_problems()
    assert len(str(caught.value)) < 2000
