"""A coat for one class: it is drawn there only, and found again."""

import json
from unittest import mock

import numpy as np
import pytest
from PIL import Image
from scripts import assert_one_line
from scripts import run_here

from semst_tf.config.preset_configs import preset_config

HEIGHT, WIDTH = 96, 160
ROAD, BUILDING, SKY = 0, 2, 10


@pytest.fixture
def streets(tmp_path):
    """Three grey scenes: sky above a building above a road."""
    label = np.full((HEIGHT, WIDTH), ROAD, "uint8")
    label[:64] = BUILDING
    label[:32] = SKY
    for folder in ("images", "labels"):
        (tmp_path / folder).mkdir()
    for number in range(3):
        image = np.full((HEIGHT, WIDTH, 3), 100 + 10 * number, "uint8")
        Image.fromarray(image).save(tmp_path / f"images/{number}.png")
        Image.fromarray(label).save(tmp_path / f"labels/{number}.png")
    return tmp_path


def write_images(folder, *options):
    return run_here(
        "coat_images",
        f"--images={folder / 'images'}",
        f"--labels={folder / 'labels'}",
        f"--output={folder / 'coat'}",
        *options,
    )


def score(folder, results, *options):
    return run_here(
        "coat_table",
        f"--results={results}",
        f"--images={folder / 'coat'}",
        f"--labels={folder / 'labels'}",
        f"--table={folder / 'table.jsonl'}",
        *options,
    )


def image(path):
    return np.asarray(Image.open(path)).astype(int)


def test_every_second_image_gets_a_coat_on_its_class_only(streets):
    result = write_images(streets)
    assert result.returncode == 0, result.stderr
    assert "2 sources and 1 targets" in result.stdout
    source = image(streets / "coat/source/0.png")
    assert (source == 100).all()
    target = image(streets / "coat/target/1.png")
    assert (target[:64] == 110).all()
    # Whole stripes of both shades, 0.4 and 1.7 times as light.
    assert (target[64:] < 55).mean() > 0.2
    assert (target[64:] > 170).mean() > 0.2


def test_the_same_seed_draws_the_same_coat_and_another_one_does_not(streets):
    coats = []
    for seed in (3, 3, 4):
        assert write_images(streets, f"--seed={seed}").returncode == 0
        coats.append(image(streets / "coat/target/1.png"))
    np.testing.assert_array_equal(coats[0], coats[1])
    assert (coats[0] != coats[2]).any()


def test_the_truth_has_all_of_the_coat_and_a_copy_of_the_source_none(streets):
    assert write_images(streets, "--both", "--coat_on=road").returncode == 0
    folder = streets / "coat"
    true = {
        image(folder / f"source/{n}.png")[0, 0, 0]: image(
            folder / f"target/{n}.png"
        ).astype("uint8")
        for n in range(3)
    }

    def everywhere(source):
        """The coat of the road on the sky, too."""
        coated = true[source[0, 0, 0]].copy()
        coated[:32] = coated[64:]
        return coated

    ways = {
        "truth": lambda source: true[source[0, 0, 0]],
        "everywhere": everywhere,
        "copy": lambda source: source,
    }
    config = json.dumps({"config": preset_config("semst").to_dict()})
    for name in (*ways, "untranslated"):
        run = streets / "runs/coat" / name
        run.mkdir(parents=True)
        (run / "scores.json").write_text('{"distance": {"kid": 0.12}}')
        if name in ways:
            (run / "config.json").write_text(config)
    with (
        mock.patch("semst_tf.load_translator", lambda path: ways[path.name]),
        mock.patch(
            "semst_tf.inference.translate.translate", lambda way, x: way(x)
        ),
    ):
        result = score(streets, streets / "runs")
    assert result.returncode == 0, result.stderr
    lines = [
        [cell.strip() for cell in line.split("|")[1:-1]]
        for line in result.stdout.splitlines()
    ]
    found = {cells[0]: [cells[2], *cells[3:]] for cells in lines[2:]}
    assert found["coat/truth"][:3] == ["12.00", "1.00", "0.00"]
    assert found["coat/copy"] == ["12.00", "0.00", "0.00", "0.00"]
    assert found["coat/untranslated"] == found["coat/copy"]
    road, sky, others = found["coat/everywhere"][1:]
    assert road == "1.00"
    assert float(sky) > 0.9
    # The blur of the building reaches a little into its surroundings.
    assert float(others) < 0.02 and float(found["coat/truth"][3]) < 0.02


def test_wrong_input_is_one_line_and_leaves_the_table_as_it_is(streets):
    assert_one_line(
        write_images(streets, "--coat_on=horse"), "--coat_on", "horse"
    )
    assert write_images(streets).returncode == 0
    (streets / "runs").mkdir()
    (streets / "table.jsonl").write_text('{"id": "a/b"}\n')
    result = score(streets, streets / "runs")
    assert_one_line(result, "same scenes")
    assert (streets / "table.jsonl").read_text() == '{"id": "a/b"}\n'
