"""What colours alone can reach: classes get the colours of the target."""

import numpy as np
from PIL import Image
from scripts import assert_one_line
from scripts import run_here

HEIGHT, WIDTH = 32, 64
ROAD, SKY, CAR = 0, 10, 13


def save(folder, name, pixels):
    folder.mkdir(parents=True, exist_ok=True)
    Image.fromarray(pixels.astype("uint8")).save(folder / name)


def domain(root, colours, name):
    labels = np.full((HEIGHT, WIDTH), ROAD)
    labels[: HEIGHT // 2] = SKY
    if CAR in colours:
        labels[-4:, :8] = CAR
    pixels = np.zeros((HEIGHT, WIDTH, 3))
    for number, colour in colours.items():
        pixels[labels == number] = colour
    save(root / "images", f"{name}.png", pixels)
    save(root / "labels", f"{name}.png", labels)
    return labels


def ceiling(tmp_path, *options):
    return run_here(
        "colour_ceiling",
        f"--source={tmp_path / 'game' / 'images'}",
        f"--source_labels={tmp_path / 'game' / 'labels'}",
        f"--target={tmp_path / 'street' / 'images'}",
        f"--target_labels={tmp_path / 'street' / 'labels'}",
        f"--output={tmp_path / 'out'}",
        *options,
    )


def test_classes_take_the_colours_of_the_target_and_keep_their_places(tmp_path):
    colours = {ROAD: (90, 90, 90), SKY: (100, 110, 140), CAR: (200, 0, 0)}
    labels = domain(tmp_path / "game", colours, "one")
    domain(
        tmp_path / "street", {ROAD: (60, 70, 60), SKY: (250, 255, 250)}, "other"
    )
    result = ceiling(tmp_path)
    assert result.returncode == 0, result.stderr
    assert "recoloured: road, sky" in result.stdout
    out = np.asarray(Image.open(tmp_path / "out" / "one.png"))
    assert (out[labels == ROAD] == (60, 70, 60)).all()
    assert (out[labels == SKY] == (250, 255, 250)).all()
    # The target has no cars, so nobody knows their colours.
    assert (out[labels == CAR] == (200, 0, 0)).all()


def test_a_part_of_the_way_lies_between(tmp_path):
    labels = domain(tmp_path / "game", {ROAD: (90,) * 3, SKY: (100,) * 3}, "a")
    domain(tmp_path / "street", {ROAD: (50,) * 3, SKY: (200,) * 3}, "b")
    assert ceiling(tmp_path, "--strength=0.25").returncode == 0
    out = np.asarray(Image.open(tmp_path / "out" / "a.png"))
    assert (out[labels == ROAD] == 80).all()
    assert (out[labels == SKY] == 125).all()


def test_missing_labels_are_refused_in_one_line(tmp_path):
    domain(tmp_path / "game", {ROAD: (90, 90, 90), SKY: (1, 2, 3)}, "one")
    domain(tmp_path / "street", {ROAD: (60, 70, 60), SKY: (4, 5, 6)}, "other")
    (tmp_path / "street" / "labels" / "other.png").unlink()
    result = ceiling(tmp_path)
    assert_one_line(result, "Labels are files", "none in")
    assert not list((tmp_path / "out").glob("*.png"))
