"""Which preset a training of two domains begins with."""

import numpy as np
import pytest
import tifffile
from PIL import Image

from semst_tf.config.preset_configs import preset_config
from semst_tf.training.suggest_preset import suggest_preset


@pytest.mark.parametrize(
    ("target", "preset"),
    [
        ("brighter", "semst"),
        # Fewer colours than a palette has.
        ("white", "semst_distant"),
        ("flat", "semst_palette"),
    ],
)
def test_only_far_domains_begin_at_the_target(domains, target, preset):
    assert suggest_preset(domains / "noise", domains / target) == preset


@pytest.mark.parametrize(
    ("count", "overrides", "preset"),
    [
        (8, {}, "semst_matched"),
        # Fewer than the neighbours of a crop.
        (7, {}, "semst"),
        (8, {"data.matched_crops": True}, "semst"),
        (8, {"data.minimum_valid": 0.5}, "semst"),
    ],
)
def test_near_domains_are_matched_where_that_is_possible(
    domains, count, overrides, preset
):
    files = sorted((domains / "brighter").iterdir())
    target = (files * 3)[:count]
    config = preset_config("semst").replace({"data.crop_size": 64, **overrides})
    assert suggest_preset(domains / "noise", target, config) == preset


@pytest.mark.parametrize("empty", ["source", "target"])
def test_images_with_empty_pixels_are_not_matched(tmp_path, domains, empty):
    files = sorted((domains / "brighter").iterdir())
    places = {"source": domains / "noise", "target": files * 3}
    pixels = np.asarray(Image.open(files[0]))
    places[empty] = tmp_path
    for number in range(9):
        tifffile.imwrite(
            tmp_path / f"{number}.tif",
            pixels,
            photometric="rgb",
            extratags=[(42113, "s", 0, "0", True)],
        )
    config = preset_config("semst").replace({"data.crop_size": 64})
    assert suggest_preset(**places, config=config) == "semst"


def test_a_far_target_of_many_colours_is_no_palette(domains):
    assert suggest_preset(domains / "flat", domains / "noise") == (
        "semst_distant"
    )


def test_images_are_read_as_the_training_reads_them(domains):
    # A range in which the noise is as white as the white images.
    config = preset_config("semst").replace({"data.value_range": (-500_000, 0)})
    places = domains / "noise", domains / "white"
    assert suggest_preset(*places, config) == "semst"


def test_what_cannot_be_read_is_left_to_the_check(tmp_path, domains):
    (tmp_path / "text.png").write_text("no image")
    assert suggest_preset(tmp_path, domains / "white") == "semst"


def test_a_missing_folder_is_named(tmp_path, domains):
    with pytest.raises((OSError, ValueError), match="nowhere"):
        suggest_preset(tmp_path / "nowhere", domains / "white")
