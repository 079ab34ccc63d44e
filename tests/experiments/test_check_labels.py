"""check_data.py with labels: what it shows, and what it refuses."""

import numpy as np
import pytest
from folders import write_images
from PIL import Image
from scripts import assert_one_line
from scripts import run_here


@pytest.fixture
def folders(tmp_path):
    for domain, count in (("source", 3), ("target", 2)):
        write_images(tmp_path / domain, count=count)
        (tmp_path / f"{domain}_labels").mkdir()
        for number in range(count):
            labels = np.full((34, 40), 10, "uint8")
            labels[:, :20] = number
            Image.fromarray(labels).save(
                tmp_path / f"{domain}_labels" / f"{number}.png"
            )
    return tmp_path


def check(folders, *more):
    return run_here(
        "check_data",
        f"--source={folders / 'source'}",
        f"--target={folders / 'target'}",
        *more,
    )


def test_shares_of_classes_are_shown_and_a_wrong_space_is_doubted(folders):
    labels = f"--source_labels={folders / 'source_labels'}"
    result = check(folders, labels)
    assert result.returncode == 0, result.stderr
    assert "--source_labels: sky 50 %, road 17 %" in result.stdout
    assert "warning" not in result.stderr
    for number in range(3):
        Image.new("L", (40, 34), 10).save(
            folders / "source_labels" / f"{number}.png"
        )
    result = check(folders, labels)
    assert "100% of the pixels are sky" in result.stderr


def test_labels_that_do_not_fit_are_one_line(folders):
    (folders / "target_labels" / "1.png").unlink()
    result = check(folders, f"--target_labels={folders / 'target_labels'}")
    assert_one_line(result, "--target_labels", "no label for 1 of 2 images")
    result = check(folders, "--matching=labels", "--crop_size=16")
    assert_one_line(result, "--source_labels", "--target_labels")
