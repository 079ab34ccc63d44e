"""The untrained control: one linear map of colours."""

import numpy as np
from PIL import Image
from scripts import assert_one_line
from scripts import run_here


def domain(folder, mean, spread, seed, count=3):
    folder.mkdir(parents=True)
    generator = np.random.default_rng(seed)
    for number in range(count):
        colours = generator.normal(mean, spread, (32, 48, 3))
        pixels = np.clip(np.rint(colours), 0, 255).astype("uint8")
        Image.fromarray(pixels).save(folder / f"{number}.png")


def transfer(tmp_path, *options):
    return run_here(
        "colour_transfer",
        f"--source={tmp_path / 'game'}",
        f"--target={tmp_path / 'street'}",
        f"--output={tmp_path / 'out'}",
        *options,
    )


def colours(folder):
    images = [np.asarray(Image.open(p)) for p in sorted(folder.glob("*"))]
    return np.concatenate([p.reshape(-1, 3) for p in images]).astype(float)


def test_the_colours_get_mean_and_covariance_of_the_target(tmp_path):
    domain(tmp_path / "game", (90, 100, 110), (5, 10, 8), seed=0)
    domain(tmp_path / "street", (150, 140, 130), (12, 6, 9), seed=1)
    result = transfer(tmp_path)
    assert result.returncode == 0, result.stderr
    moved, wanted = colours(tmp_path / "out"), colours(tmp_path / "street")
    np.testing.assert_allclose(moved.mean(0), wanted.mean(0), atol=0.1)
    np.testing.assert_allclose(np.cov(moved.T), np.cov(wanted.T), atol=1.0)


def test_a_domain_keeps_its_pixels_if_the_target_has_its_colours(tmp_path):
    domain(tmp_path / "game", (90, 100, 110), (5, 10, 8), seed=0)
    domain(tmp_path / "street", (90, 100, 110), (5, 10, 8), seed=0)
    assert transfer(tmp_path).returncode == 0
    np.testing.assert_array_equal(
        colours(tmp_path / "out"), colours(tmp_path / "game")
    )


def test_images_without_colour_get_the_mean_of_the_target(tmp_path):
    domain(tmp_path / "game", (90, 90, 90), 0, seed=0)
    domain(tmp_path / "street", (150, 140, 130), (12, 6, 9), seed=1)
    assert transfer(tmp_path).returncode == 0
    wanted = colours(tmp_path / "street").mean(0)
    np.testing.assert_allclose(colours(tmp_path / "out").mean(0), wanted, 0.01)


def test_other_images_can_be_measured_and_a_part_of_the_way_gone(tmp_path):
    domain(tmp_path / "game", (60, 60, 60), 0, seed=0, count=1)
    domain(tmp_path / "others", (100, 100, 100), 10, seed=1)
    domain(tmp_path / "street", (140, 140, 140), 10, seed=2)
    result = transfer(
        tmp_path, f"--measured={tmp_path / 'others'}", "--strength=0.5"
    )
    assert result.returncode == 0, result.stderr
    # 60 is as far below the mean of what was measured as 100 below 140.
    np.testing.assert_allclose(colours(tmp_path / "out"), 80, atol=2)


def test_a_missing_folder_is_refused_in_one_line(tmp_path):
    domain(tmp_path / "street", (150, 140, 130), (12, 6, 9), seed=1)
    assert_one_line(transfer(tmp_path), str(tmp_path / "game"))
    assert not (tmp_path / "out").exists()
