"""How far apart domains are, and who says so."""

import numpy as np
import pytest
from PIL import Image

from semst_tf.config.preset_configs import preset_config
from semst_tf.data import ImageCollection
from semst_tf.training.describe_start import _describe_domains
from semst_tf.training.domain_distance import FAR
from semst_tf.training.domain_distance import domain_distance


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    """Noise, the same noise a little brighter, and flat white images."""
    root = tmp_path_factory.mktemp("domains")
    random = np.random.default_rng(0)
    for name in ("noise", "brighter", "white"):
        (root / name).mkdir()
    for number in range(3):
        noise = random.integers(0, 200, (70, 90 + number, 3))
        images = {"noise": noise, "brighter": noise + 10, "white": noise * 0}
        images["white"] += 255
        for name, image in images.items():
            path = root / name / f"{number}.png"
            Image.fromarray(image.astype("uint8")).save(path)
    return root


def collections(folders, *names):
    return [ImageCollection(folders / name) for name in names]


def test_other_content_is_farther_than_another_brightness(folders):
    alike = domain_distance(*collections(folders, "noise", "brighter"))
    apart = domain_distance(*collections(folders, "noise", "white"), (64, 96))
    assert domain_distance(*collections(folders, "white", "white")) == 0
    assert 0 < alike < FAR < apart


@pytest.mark.parametrize(
    ("preset", "target", "words"),
    [
        ("semst", "white", "--preset=semst_distant"),
        ("semst_distant", "white", "apart by frozen features"),
        ("semst", "brighter", "apart by frozen features"),
    ],
)
def test_only_a_start_at_the_input_is_advised_against(
    folders, preset, target, words
):
    images = collections(folders, "noise", target)
    (line,) = _describe_domains(preset_config(preset), *images)
    assert line.endswith(words) or f"{words} begins" in line


def test_presets_without_frozen_features_load_none(folders):
    images = collections(folders, "noise", "white")
    assert _describe_domains(preset_config("cut"), *images) == []
