import json

import numpy as np
import pytest

from semst_tf import SemSTConfig
from semst_tf.config import DataConfig
from semst_tf.config import GeneratorConfig
from semst_tf.config import TrainingConfig
from semst_tf.config.fields import field_names


def test_dotted_nested_and_grouped_overrides_are_the_same():
    dotted = SemSTConfig().replace({"generator.filters": 16})
    nested = SemSTConfig().replace({"generator": {"filters": 16}})
    grouped = SemSTConfig().replace({"generator": GeneratorConfig(16)})
    assert dotted == nested == grouped
    assert dotted.generator.filters == 16
    assert dotted.generator.blocks == 9


def test_other_fields_keep_what_they_were():
    first = SemSTConfig().replace({"generator.filters": 16, "seed": 3})
    second = first.replace({"generator.blocks": 2})
    assert second.generator == GeneratorConfig(filters=16, blocks=2)
    assert second.seed == 3
    assert first.generator.blocks == 9


@pytest.mark.parametrize(
    "overrides",
    [
        {"generator": {"filters": 4}, "generator.blocks": 2},
        {"generator.blocks": 2, "generator": {"filters": 4}},
        {"generator": GeneratorConfig(filters=4), "generator.blocks": 2},
    ],
)
def test_ways_of_naming_fields_can_be_mixed(overrides):
    generator = SemSTConfig().replace(overrides).generator
    assert (generator.filters, generator.blocks) == (4, 2)


def test_overrides_of_the_caller_are_not_changed():
    overrides = {"generator": {"filters": 4}, "generator.blocks": 2}
    SemSTConfig().replace(overrides)
    assert overrides == {"generator": {"filters": 4}, "generator.blocks": 2}


@pytest.mark.parametrize(
    ("name", "text", "value"),
    [
        ("generator.filters", "32", 32),
        ("optimizer.learning_rate", "1e-4", 1e-4),
        ("contrastive.weight", "2", 2.0),
        ("contrastive.identity", "False", False),
        ("data.flip", "1", True),
        ("data.resize", "256", "256"),
        ("data.resize", "", None),
        ("data.resize", "none", None),
        ("multi_scale.fusion", "", None),
        ("contrastive.duplicate_threshold", "None", None),
        ("data.crop_size", "128", 128),
        ("data.crop_size", "128x128", 128),
        ("data.crop_size", "128x256", "128x256"),
    ],
)
def test_text_is_read_as_the_type_of_the_field(name, text, value):
    config = SemSTConfig().replace({name: text})
    group, field = name.split(".")
    found = getattr(getattr(config, group), field)
    assert found == value and type(found) is type(value)


def test_whole_numbers_fit_fields_of_fractions():
    weight = SemSTConfig().replace({"tone.weight": 2}).tone.weight
    assert weight == 2.0 and isinstance(weight, float)


@pytest.mark.parametrize(
    ("name", "suggestion"),
    [
        ("generator.filter", "generator.filters"),
        ("sed", "seed"),
        ("trainin", "training"),
        ("discriminator.wieght", "adversarial.weight"),
        ("structure.wieght", "structure.weight"),
        ("optimizer.step", "training.steps"),
    ],
)
def test_misspelt_field_is_answered_with_the_right_name(name, suggestion):
    with pytest.raises(ValueError, match=f"mean.* {suggestion}.*Received: "):
        SemSTConfig().replace({name: 1})


def test_unknown_group_is_refused_even_when_it_is_empty():
    with pytest.raises(ValueError, match="`upscaler`.*Received: upscaler"):
        SemSTConfig().replace({"upscaler": {}})


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("generator.filters", 4.5),
        ("generator.filters", "many"),
        ("generator.filters", True),
        ("generator.filters", None),
        ("contrastive.weight", True),
        ("contrastive.weight", False),
        ("contrastive.weight", "heavy"),
        ("contrastive.identity", 1),
        ("contrastive.identity", "maybe"),
        ("contrastive.loss", 3),
        ("contrastive.weight", [1.0]),
        ("contrastive.weight", None),
        ("contrastive.weight", "none"),
        ("data.resize", 256),
        ("data.crop_size", "128x"),
        ("data.crop_size", 128.0),
        ("data.crop_size", True),
        ("data.crop_size", (64, 32, 3)),
        ("generator", 4),
        ("generator", "resnet"),
        ("seed", {"start": 4}),
    ],
)
def test_values_of_the_wrong_type_are_refused(name, value):
    with pytest.raises(ValueError, match=f"`{name}.*Received: "):
        SemSTConfig().replace({name: value})


@pytest.mark.parametrize(
    ("groups", "message"),
    [
        ({"generator": GeneratorConfig(filters=3.5)}, "`generator.filters`"),
        ({"generator": GeneratorConfig(filters="3")}, "`generator.filters`"),
        ({"generator": GeneratorConfig(residual=1)}, "`generator.residual`"),
        ({"generator": {"filters": 3}}, "`generator` is a group"),
        ({"data": DataConfig(crop_size="wide")}, "`data.crop_size`"),
        ({"data": DataConfig(batch_size=-1)}, "`data.batch_size`"),
    ],
)
def test_groups_made_by_hand_are_checked_like_overrides(groups, message):
    with pytest.raises(ValueError, match=f"{message}.*Received: "):
        SemSTConfig(**groups)


def test_groups_made_by_hand_are_stored_as_plain_values():
    training = TrainingConfig(steps=np.int64(3), ema_decay=0)
    data = DataConfig(crop_size="64x64")
    config = SemSTConfig(training=training, data=data)
    assert type(config.training.steps) is int
    assert type(config.training.ema_decay) is float
    assert config.data.crop_size == 64
    assert data.crop_size == "64x64", "the caller's instance was changed"


def test_crops_have_height_and_width():
    crop = {"data.crop_size": "64x128"}
    assert SemSTConfig().replace(crop).data.crop_height_width == (64, 128)
    pair = SemSTConfig().replace({"data.crop_size": [64, 128]})
    assert pair.data.crop_size == "64x128"
    assert SemSTConfig().data.crop_height_width == (256, 256)
    whole = SemSTConfig().replace({"data.crop_size": "none"})
    assert whole.data.crop_height_width is None
    with pytest.raises(ValueError, match="`data.batch_size` must be 1"):
        whole.replace({"data.batch_size": 2})


@pytest.mark.parametrize(
    ("crop", "detail", "fits"),
    [
        ("32x64", 32, True),
        ("64x32", 32, True),
        ("32x64", 40, False),
        ("64x36", 32, False),
    ],
)
def test_both_sides_of_a_crop_lie_on_the_grid_of_two_scales(crop, detail, fits):
    changes = {
        "multi_scale.fusion": "attention",
        "multi_scale.detail_size": detail,
        "data.crop_size": crop,
    }
    if fits:
        assert SemSTConfig().replace(changes).data.crop_size == crop
    else:
        with pytest.raises(ValueError, match="multiple of 8.*Received: "):
            SemSTConfig().replace(changes)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("generator.filters", 0),
        ("generator.input_channels", -1),
        ("discriminator.layers", 0),
        ("contrastive.temperature", 0.0),
        ("contrastive.gamma_end", 0.0),
        ("contrastive.weight", -0.1),
        ("contrastive.weight", "nan"),
        ("contrastive.weight", "inf"),
        ("contrastive.loss", "triplet"),
        ("semantic_relation_weight", -1.0),
        ("structure.descriptor", "smell"),
        ("texture.estimator", "kernel"),
        ("tone.critic", "stern"),
        ("tone.patches", 0),
        ("tone.ramp", 1.5),
        ("optimizer.learning_rate", "inf"),
        ("optimizer.learning_rate", "nan"),
        ("training.steps", 0),
        ("optimizer.decay", -0.5),
        ("optimizer.beta_1", 1.0),
        ("training.ema_decay", 1.0),
        ("data.batch_size", 0),
        ("seed", -1),
    ],
)
def test_values_out_of_range_are_refused_by_name(name, value):
    with pytest.raises(ValueError, match=f"`{name}`.*Received: "):
        SemSTConfig().replace({name: value})


def test_json_of_any_config_leads_back_to_it():
    config = SemSTConfig().replace(
        {
            "preset": "semst",
            "structure.weight": 1.5,
            "data.resize": "short:286",
            "contrastive.identity": False,
        }
    )
    assert SemSTConfig.from_dict(json.loads(config.to_json())) == config


def test_absent_fields_of_a_stored_config_default():
    stored = {"generator": {"filters": 8}}
    assert SemSTConfig.from_dict(stored) == SemSTConfig().replace(stored)


def test_field_names_can_all_be_used_to_override():
    config = SemSTConfig()
    names = field_names(config)
    assert "generator.filters" in names and "seed" in names
    for name in names:
        value = config
        for part in name.split("."):
            value = getattr(value, part)
        assert config.replace({name: value}) == config


@pytest.mark.parametrize(
    "changes",
    [
        {"generator.residual": False},
        {"training.ema_decay": None},
    ],
)
def test_a_part_of_the_way_needs_a_way_and_an_average(changes):
    fields = {
        "generator.residual": True,
        "generator.strength": 0.5,
        "training.ema_decay": 0.9,
    }
    assert SemSTConfig().replace(fields).generator.strength == 0.5
    guided = {"generator.residual": False, "generator.guided_radius": 8}
    assert SemSTConfig().replace({**fields, **guided}).generator.strength == 0.5
    with pytest.raises(ValueError, match="generator.strength.*Received: 0.5"):
        SemSTConfig().replace({**fields, **changes})


@pytest.mark.parametrize(
    ("fields", "radius"),
    [
        ({"generator.residual": True}, 8),
        ({"generator.residual": True, "training.ema_decay": 0.9}, 6),
    ],
)
def test_a_guided_filter_without_an_average_or_of_parts_of_cells_is_refused(
    fields, radius
):
    fields = {**fields, "generator.guided_radius": radius}
    with pytest.raises(
        ValueError, match=f"generator.guided_radius.*Received: {radius}"
    ):
        SemSTConfig().replace(fields)
