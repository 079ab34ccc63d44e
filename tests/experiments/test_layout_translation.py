"""A data set in, the same data set with other images out."""

import numpy as np
import pytest
from folders import contents
from scripts import assert_one_line
from scripts import run_here
from small import small_model

from semst_tf.data import read_image
from semst_tf.data import write_image
from semst_tf.data.layouts import LAYOUTS


@pytest.fixture(scope="module")
def model(tmp_path_factory):
    path = tmp_path_factory.mktemp("model") / "a.keras"
    small_model("cut").save(path)
    return path


def make(root, name):
    """A data set of one image, and what else may lie beside it."""
    image, label = LAYOUTS[name].example
    random = np.random.default_rng(0)
    for path, shape in ((image, (16, 20, 3)), (label, (16, 20, 1))):
        path = root / path
        path.parent.mkdir(parents=True, exist_ok=True)
        write_image(path, random.integers(0, 9, shape).astype("uint8"))
    (root / "train.txt").write_text("a list\n")
    return image, label


def translate(model, root, output, *more):
    return run_here(
        "translate",
        f"--model={model}",
        f"--input={root}",
        f"--output={output}",
        *more,
    )


@pytest.mark.parametrize("name", ["virtual_kitti", "gta5"])
def test_names_stay_images_change_and_the_rest_is_copied(model, tmp_path, name):
    root, output = tmp_path / "in", tmp_path / "out"
    image, label = make(root, name)
    result = translate(model, root, output, f"--layout={name}")
    assert result.returncode == 0, result.stderr
    before, after = contents(root), contents(output)
    assert set(before) == set(after)
    changed = {path for path in before if before[path] != after[path]}
    assert changed == {image}
    assert read_image(output / image).shape == (16, 20, 3)


def test_labels_can_be_linked(model, tmp_path):
    root, output = tmp_path / "in", tmp_path / "out"
    image, label = make(root, "gta5")
    result = translate(model, root, output, "--layout=gta5", "--link")
    assert result.returncode == 0, result.stderr
    assert (output / label).is_symlink()
    assert not (output / image).is_symlink()
    assert (output / label).read_bytes() == (root / label).read_bytes()


@pytest.mark.parametrize(
    "more, words",
    [
        (["--layout=synthia"], "looks like gta5"),
        (["--link"], "--link belongs to --layout"),
        (["--layout=gta5", "--output=INSIDE"], "beside it"),
        (["--layout=gta5", "--slide_level=1"], "--slide_level"),
    ],
)
def test_what_does_not_fit_is_one_line(model, tmp_path, more, words):
    root = tmp_path / "in"
    make(root, "gta5")
    before = contents(tmp_path)
    more = [flag.replace("INSIDE", str(root / "out")) for flag in more]
    result = translate(model, root, tmp_path / "out", *more)
    assert_one_line(result, words)
    assert contents(tmp_path) == before


def test_training_reads_the_images_of_a_layout_and_nothing_else(tmp_path):
    for number, name in enumerate(("virtual_kitti", "gta5")):
        make(tmp_path / name, name)
    result = run_here(
        "train",
        "--preset=tiny",
        f"--source={tmp_path / 'virtual_kitti'}",
        "--source_layout=virtual_kitti",
        f"--target={tmp_path / 'gta5'}",
        "--target_layout=gta5",
        f"--workdir={tmp_path / 'run'}",
        "--set=data.crop_size=4000",
    )
    # Only the images are too small, of which there is one each.
    assert_one_line(result, "1 of 1 images", "rgb_00001.jpg", "00001.png")
