"""Label maps in the colours that their classes have elsewhere."""

import numpy as np
from labelled_streets import ROAD
from labelled_streets import SKY
from PIL import Image
from scripts import assert_one_line
from scripts import run_here

CAR = 13


def write(folder, name, pixels):
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(np.asarray(pixels, "uint8")).save(folder / name)


def paint(tmp_path, *options):
    return run_here(
        "paint_labels",
        f"--labels={tmp_path / 'maps'}",
        f"--measured={tmp_path / 'photos'}",
        f"--measured_labels={tmp_path / 'labels'}",
        f"--output={tmp_path / 'out'}",
        *options,
    )


def write_measured(tmp_path):
    """Sky of two colours, and road of one."""
    label = np.full((4, 4), SKY)
    label[2:] = ROAD
    photo = np.zeros((4, 4, 3))
    photo[:1], photo[1:2], photo[2:] = (200, 210, 220), (240, 250, 240), 60
    write(tmp_path / "labels", "a.png", label)
    write(tmp_path / "photos", "a.png", photo)


def test_classes_get_the_mean_colour_that_they_have_elsewhere(tmp_path):
    write_measured(tmp_path)
    write(tmp_path / "maps", "b.png", [[SKY, ROAD]])
    result = paint(tmp_path)
    assert result.returncode == 0, result.stderr
    painted = np.asarray(Image.open(tmp_path / "out" / "b.png"))
    np.testing.assert_array_equal(painted, [[[220, 230, 230], [60, 60, 60]]])


def test_a_class_without_a_colour_is_named_and_gets_the_mean(tmp_path):
    write_measured(tmp_path)
    write(tmp_path / "maps", "b.png", [[CAR, 255]])
    result = paint(tmp_path)
    assert "car" in result.stdout
    painted = np.asarray(Image.open(tmp_path / "out" / "b.png"))
    np.testing.assert_array_equal(painted, [[[140, 145, 145]] * 2])


def test_label_colours_in_halves_of_files_and_subfolders_are_read(tmp_path):
    write_measured(tmp_path)
    # Of Cityscapes: road, sky.
    colours = [[(0, 0, 0), (128, 64, 128)], [(0, 0, 0), (70, 130, 180)]]
    write(tmp_path / "maps" / "city", "b.png", colours)
    write(tmp_path / "maps", "c.png", colours)
    result = paint(
        tmp_path,
        f"--labels={tmp_path / 'maps'}@right",
        "--label_space=cityscapes_palette",
    )
    assert result.returncode == 0, result.stderr
    for name in ("city/b.png", "c.png"):
        painted = np.asarray(Image.open(tmp_path / "out" / name))
        np.testing.assert_array_equal(painted[:, 0, 0], [60, 220])


def test_numbers_of_another_space_are_refused_before_anything_is_written(
    tmp_path,
):
    write_measured(tmp_path)
    write(tmp_path / "maps", "b.png", [[SKY, 77]])
    assert_one_line(paint(tmp_path), "b.png")
    assert not (tmp_path / "out").exists()


def test_no_file_that_is_read_or_there_is_replaced(tmp_path):
    write_measured(tmp_path)
    write(tmp_path / "maps", "a.png", [[SKY, ROAD]])
    for folder in ("maps", "photos", "labels"):
        before = (tmp_path / folder / "a.png").read_bytes()
        for more in ((), ("--overwrite",)):
            result = paint(tmp_path, f"--output={tmp_path / folder}", *more)
            assert_one_line(result, "An input would be replaced")
        assert (tmp_path / folder / "a.png").read_bytes() == before
    assert paint(tmp_path).returncode == 0
    assert_one_line(paint(tmp_path), "--overwrite")
    assert paint(tmp_path, "--overwrite").returncode == 0
