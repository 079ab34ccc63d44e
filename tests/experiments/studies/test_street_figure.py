"""street_figure.py from outside: images, their translations, and scores."""

import json

import numpy as np
import pytest
from PIL import Image
from scripts import assert_one_line
from scripts import run_here

from semst_tf.inference.translate import translate
from semst_tf.loading.load_translator import load_translator
from semst_tf.networks import ResNetGenerator


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    folder = tmp_path_factory.mktemp("figure")
    (folder / "images").mkdir()
    for number in range(2):
        pixels = np.full((32, 48, 3), 60 + 100 * number, "uint8")
        pixels[16:, 24:] -= 40
        Image.fromarray(pixels).save(folder / "images" / f"{number}.png")
    ResNetGenerator(4, 1, residual=True, seed=1).save(folder / "model.keras")
    rows = [
        {
            "method": method,
            "steps": steps,
            "strength": strength,
            "kid": kid,
            "mean_iou": iou,
        }
        for method, steps, strength, kid, iou in (
            ("untranslated", 0, 0.0, 0.142, 0.447),
            ("semst", 60, 0.5, 0.13, 0.4),
            ("semst", 60, 1.0, 0.12, 0.3),
            ("semst", 90, 1.0, 0.11, 0.3),
        )
    ]
    text = [json.dumps({"task": "streets", "seed": 0, **row}) for row in rows]
    (folder / "table.jsonl").write_text("\n".join(text) + "\n")
    return folder


def draw(folder, *more, strength=0.5):
    return run_here(
        "street_figure",
        f"--model={folder / 'model.keras'}",
        f"--source={folder / 'images'}",
        "--images=1.png,0.png",
        f"--strength={strength}",
        f"--table={folder / 'table.jsonl'}",
        "--row=streets/semst/seed0",
        f"--output={folder / 'figure.png'}",
        *more,
    )


def test_images_stand_above_their_translations_in_the_order_asked_for(folder):
    result = draw(folder, strength=0.5)
    assert result.returncode == 0, result.stderr
    pixels = np.asarray(Image.open(folder / "figure.png"))
    assert pixels.shape == (2 * (32 + 22) + 6, 2 * 48 + 6, 3)
    assert (pixels[:16, :48] == 160).all()
    assert (pixels[:16, 54:] == 60).all()
    network = load_translator(folder / "model.keras", 0.5)
    translated = translate(network, pixels[:32, :48])
    assert (translated != pixels[:32, :48]).any()
    np.testing.assert_array_equal(pixels[60:92, :48], translated)


def test_scores_are_those_of_the_strength_and_length(folder, monkeypatch):
    import PIL.ImageDraw

    texts = []
    monkeypatch.setattr(
        PIL.ImageDraw.ImageDraw,
        "text",
        lambda self, place, text, **style: texts.append(text),
    )
    draw(folder, "--steps=60", strength=1.0)
    assert texts == [
        "CARLA: mIoU 0.447, KID x100 14.20",
        "translated: mIoU 0.300, KID x100 12.00",
    ]


@pytest.mark.parametrize(
    ("flag", "words"),
    [
        ("--row=streets/cut/seed0", ["streets/cut/seed0"]),
        ("--strength=0.7", ["strength=0.7"]),
        ("--images=9.png", ["9.png"]),
        ("--strength=1", ["2 rows", "steps=None"]),
        ("--row=streets", ["<task>/<method>/seed<number>"]),
    ],
)
def test_what_is_not_there_is_one_line(folder, flag, words):
    (folder / "figure.png").unlink(missing_ok=True)
    assert_one_line(draw(folder, flag), *words)
    assert not (folder / "figure.png").exists()
