"""Another look by a rule: where it changes an image, and where it must not."""

import numpy as np
import pytest
from PIL import Image
from scripts import assert_one_line
from scripts import run_here

HEIGHT, WIDTH = 96, 160
ROAD, BUILDING, TERRAIN, SKY = 0, 2, 9, 10


@pytest.fixture
def streets(tmp_path):
    """Two scenes: blue sky, a brown building, and half road, half lawn."""
    label = np.full((HEIGHT, WIDTH), ROAD, "uint8")
    label[:, 80:] = TERRAIN
    label[:64] = BUILDING
    label[:32] = SKY
    image = np.full((HEIGHT, WIDTH, 3), 90, "uint8")
    image[:, 80:] = 40, 120, 40
    image[:64] = 120, 80, 40
    image[:32] = 60, 90, 160
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
    for number in range(2):
        Image.fromarray(image).save(tmp_path / f"images/{number}.png")
        Image.fromarray(label).save(tmp_path / f"labels/{number}.png")
    return tmp_path


def look(folder, name, *options):
    return run_here(
        "look_images",
        f"--look={name}",
        f"--images={folder / 'images'}",
        f"--labels={folder / 'labels'}",
        f"--output={folder / 'look'}",
        *options,
    )


def image(path):
    return np.asarray(Image.open(path)).astype(int)


def test_snow_lies_on_the_ground_and_not_on_buildings(streets):
    result = look(streets, "winter", "--both")
    assert result.returncode == 0, result.stderr
    assert "2 sources and 2 targets" in result.stdout
    before = image(streets / "look/source/0.png")
    after = image(streets / "look/target/0.png")
    np.testing.assert_array_equal(before[32:64], after[32:64])
    lawn, road = after[64:, 80:], after[64:, :80]
    assert lawn.mean() > 150 > road.mean() > before[64:, :80].mean() + 20
    # A grey sky has no hue left.
    assert (np.ptp(after[:32], axis=-1) == 0).all()


def test_every_second_image_is_a_target(streets):
    result = look(streets, "winter")
    assert "1 sources and 1 targets" in result.stdout
    assert (streets / "look/source/0.png").exists()
    assert (streets / "look/target/1.png").exists()


def test_a_painting_keeps_edges_and_takes_what_is_smaller_than_a_stroke(
    streets,
):
    scene = image(streets / "images/0.png").astype("uint8")
    scene[10, 10] = 255
    Image.fromarray(scene).save(streets / "images/0.png")
    result = look(streets, "painting", "--both")
    assert result.returncode == 0, result.stderr
    after = image(streets / "look/target/0.png")
    # One of 49 pixels: 4 of 195 steps are left, in strong colours 5.
    np.testing.assert_allclose(after[10, 10], after[0, 0], atol=5)
    # Half as far again from grey: the blue sky (60, 90, 160).
    np.testing.assert_allclose(after[0, 0], [38, 83, 188], atol=1)
    # The edge is where it was, and as hard.
    assert (after[31] == after[0]).all()
    np.testing.assert_allclose(after[32, 0], [140, 80, 20], atol=1)


def test_wrong_input_is_one_line_and_writes_nothing(streets):
    assert_one_line(look(streets, "spring"), "--look", "spring")
    assert not (streets / "look").exists()
