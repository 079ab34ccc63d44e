"""How far apart domains are, and who says so."""

import pytest

from semst_tf.config.preset_configs import preset_config
from semst_tf.data import ImageCollection
from semst_tf.training.describe_start import _describe_domains
from semst_tf.training.domain_distance import FAR
from semst_tf.training.domain_distance import domain_distance


def collections(domains, *names):
    return [ImageCollection(domains / name) for name in names]


def test_other_content_is_farther_than_another_brightness(domains):
    alike = domain_distance(*collections(domains, "noise", "brighter"))
    apart = domain_distance(*collections(domains, "noise", "white"), (64, 96))
    assert domain_distance(*collections(domains, "white", "white")) == 0
    assert 0 < alike < FAR < apart


@pytest.mark.parametrize(
    ("preset", "target", "words"),
    [
        ("semst", "white", "--preset=semst_distant"),
        ("semst", "flat", "--preset=semst_palette"),
        ("semst_palette", "flat", "apart by frozen features"),
        ("semst_distant", "white", "apart by frozen features"),
        ("semst", "brighter", "apart by frozen features"),
    ],
)
def test_only_a_start_at_the_input_is_advised_against(
    domains, preset, target, words
):
    images = collections(domains, "noise", target)
    (line,) = _describe_domains(preset_config(preset), *images)
    assert line.endswith(words) or f"{words} begins" in line


def test_presets_without_frozen_features_load_none(domains):
    images = collections(domains, "noise", "white")
    assert _describe_domains(preset_config("cut"), *images) == []
