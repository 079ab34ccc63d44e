import numpy as np
import pytest

from semst_tf.data import ImageCollection
from semst_tf.data import check_images
from semst_tf.data.image_files import write_image
from semst_tf.data.left_out_folders import describe_left_out
from semst_tf.data.left_out_folders import is_run_directory


def fill(folder, count=1):
    folder.mkdir(parents=True, exist_ok=True)
    for number in range(count):
        shade = np.full((8, 8, 3), len(str(folder)) % 200 + number, "uint8")
        write_image(folder / f"{number}.png", shade)


def run_directory(folder):
    fill(folder / "samples")
    (folder / "checkpoints").mkdir()
    (folder / "config.json").write_text("{}")


@pytest.fixture
def photos(tmp_path):
    root = tmp_path / "photos"
    for name in (".", "2019", "2019/@eaDir", "@eaDir/x.jpg", "__MACOSX"):
        fill(root / name)
    fill(root / ".thumbnails")
    run_directory(root / "2019" / "run")
    # A folder with settings alone is a folder of images.
    fill(root / "settings")
    (root / "settings" / "config.json").write_text("{}")
    return root


def test_folders_of_systems_and_of_runs_hold_no_images(photos):
    collection = ImageCollection(photos)
    assert collection.relative_names == [
        "0.png",
        "2019/0.png",
        "settings/0.png",
    ]
    assert collection.left_out == {
        "@eaDir": 2,
        "__MACOSX": 1,
        "hidden": 1,
        "run directory": 1,
    }


def test_the_folder_that_was_asked_for_is_always_searched(photos):
    run = photos / "2019" / "run"
    assert is_run_directory(run)
    assert len(ImageCollection(run)) == 1
    assert len(ImageCollection(photos / ".thumbnails")) == 1


def test_the_check_says_what_was_left_out_in_one_line(photos, tmp_path):
    fill(tmp_path / "other", 2)
    text = str(check_images(photos, tmp_path / "other"))
    expected = (
        "5 folders left out (2 @eaDir, 1 __MACOSX, 1 hidden, 1 run directory)"
    )
    assert text.count(expected) == 1
    assert text.count("left out") == 1


def test_nothing_left_out_is_nothing_said():
    assert describe_left_out({}) == ""
    assert describe_left_out({"@eaDir": 1}) == "1 folder left out (1 @eaDir)"
