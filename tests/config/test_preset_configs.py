import pytest

from semst_tf import preset_config
from semst_tf import presets


def test_every_configuration_is_described_and_the_other_way_round():
    for name, description in presets().items():
        assert preset_config(name).preset == name
        assert len(description) > 20 and "\n" not in description
    for name in ("tiny", "cut", "fastcut", "hneg_src", "semst"):
        assert name in presets()


def test_changing_the_listing_does_not_change_the_presets():
    presets().clear()
    assert "cut" in presets()


def test_unknown_preset_is_answered_with_the_known_ones():
    with pytest.raises(ValueError, match="semst.*Received: 'cycle'"):
        preset_config("cycle")


def test_mistyped_preset_is_answered_with_the_right_one():
    with pytest.raises(
        ValueError, match=r"Did you mean .*semst\b.*Received: 'sems'"
    ):
        preset_config("sems")


def test_a_preset_in_other_case_is_recognised():
    with pytest.raises(ValueError, match=r"Did you mean .*tiny"):
        preset_config("TINY")


def test_baselines_are_what_was_published():
    cut = preset_config("cut")
    assert cut.contrastive.loss == "patch_nce"
    assert cut.contrastive.identity and cut.contrastive.weight == 1.0
    assert (cut.generator.filters, cut.generator.blocks) == (64, 9)
    assert (cut.contrastive.temperature, cut.contrastive.patches) == (0.07, 256)
    fastcut = preset_config("fastcut").contrastive
    assert fastcut.flip_equivariance and not fastcut.identity
    assert fastcut.weight == 10.0
    hneg = preset_config("hneg_src")
    assert hneg.contrastive.loss == "hard_negative_similarity"
    assert hneg.contrastive.weight == 0.1
    assert hneg.semantic_relation_weight == 0.05
    assert (hneg.contrastive.gamma_start, hneg.contrastive.gamma_end) == (
        50.0,
        10.0,
    )


def test_only_the_methods_without_pretrained_features_align_pixels():
    for name in presets():
        config = preset_config(name)
        own = name.removesuffix("_multiscale") in ("tiny", "semst_pixels")
        assert (config.structure.weight > 0) == own
        assert (config.texture.weight > 0) == own


def test_the_default_reads_frozen_features_and_needs_no_encoder_pass():
    for name in ("semst", "semst_multiscale"):
        config = preset_config(name)
        assert config.discriminator.kind == "projected"
        assert config.semantics.weight > 0
        assert config.contrastive.weight == 0


def test_distant_domains_are_not_held_at_the_input():
    for name in ("semst_distant", "semst_distant_pixels"):
        generator = preset_config(name).generator
        assert not generator.residual or generator.residual_output == "gain"
        assert generator.strength == 1.0 and generator.target_start


def test_the_guided_preset_trains_as_semst_does_with_a_gain():
    guided = preset_config("semst_guided")
    assert guided.generator.guided_radius == 8
    assert guided.generator.strength == 1.0
    assert guided.replace(
        {"preset": "semst", "generator.guided_radius": None}
    ) == preset_config("semst").replace(
        {"generator": {"residual_output": "gain", "strength": 1.0}}
    )
    guided = preset_config("fast_guided")
    assert guided == preset_config("fast").replace(
        {
            "preset": "fast_guided",
            "generator": {
                "residual_output": "gain",
                "guided_radius": 8,
                "strength": 1.0,
            },
        }
    )
