"""Measuring flicker: the figures are those of what was put in."""

import numpy as np
import pytest
from PIL import Image
from scripts import imported_script


@pytest.fixture(scope="module")
def script():
    """The script with the defaults of its flags."""
    with imported_script("video_flicker") as (cli, script):
        cli.parse_flags(["video_flicker.py"])
        yield script


def noise(height=24, width=32):
    random = np.random.default_rng(0)
    coarse = random.integers(0, 256, (height // 4, width // 4, 3), "uint8")
    image = Image.fromarray(coarse).resize((width, height), Image.BILINEAR)
    return np.asarray(image)


def steps(x, y, height=24, width=32):
    return np.broadcast_to(np.float32((x, y)), (height, width, 2))


def test_pixels_come_from_where_the_steps_lead(script):
    image = noise()
    whole = script.moved(image, steps(3, -2))
    np.testing.assert_allclose(whole[2:, :-3], image[:-2, 3:], atol=1e-3)
    half = script.moved(image, steps(0.5, 0))
    between = (image[:, :-1].astype("float32") + image[:, 1:]) / 2
    np.testing.assert_allclose(half[:, :-1], between, atol=1e-3)


def test_motion_is_trusted_where_it_returns_and_stays_inside(script):
    _, valid = script.trusted(steps(3, 0), steps(-3, 0))
    assert valid[:, :-3].all() and not valid[:, -3:].any()
    _, valid = script.trusted(steps(3, 0), steps(3, 0))
    assert not valid.any()


def test_a_shift_of_all_colours_is_error_and_shift(script):
    image = noise() // 2
    clip = np.stack([image, np.roll(image, -1, axis=1) + 10])
    motion = script.trusted(steps(1, 0), steps(-1, 0))
    figures = script.figures([clip], [[motion]])
    assert figures["error"] == pytest.approx(10, abs=1e-3)
    assert figures["shift"] == pytest.approx(10, abs=1e-3)
    still = clip - np.uint8([[[[0]]], [[[10]]]])
    assert script.figures([still], [[motion]])["error"] < 1e-3


def test_opencv_finds_the_motion_of_a_clip(script):
    pytest.importorskip("cv2", reason="the motion is found by OpenCV")
    image = Image.fromarray(noise(96, 128)).resize((512, 304))
    clip = script.looking_over(image, 24)
    assert clip.shape == (24, 144, 256, 3)
    motions = script.motion(clip)
    assert np.mean([valid.mean() for _, valid in motions]) > 0.8
    unmoved = [(0 * back, valid) for back, valid in motions]
    error, still = (
        script.figures([clip], [m])["error"] for m in (motions, unmoved)
    )
    assert error < 0.5 * still
