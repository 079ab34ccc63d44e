"""Configurations of older versions are understood."""

import dataclasses

import pytest

from semst_tf import SemSTConfig
from semst_tf.config.aliases import OFF
from semst_tf.config.aliases import RENAMED
from semst_tf.config.fields import field_names
from semst_tf.config.fields import normalise_fields
from semst_tf.config.option import option


def value_of(config, name):
    for part in name.split("."):
        config = getattr(config, part)
    return config


def test_old_names_are_gone_and_new_names_exist():
    names = field_names(SemSTConfig())
    assert not set(RENAMED) & set(names)
    assert set(RENAMED.values()) <= set(names)
    assert set(OFF) <= set(names)


@pytest.mark.parametrize(
    ("old", "value"),
    [
        ("discriminator.weight", 3.0),
        ("optimizer.steps", 10),
        ("optimizer.ema_decay", 0.5),
        ("optimizer.accumulation", 2),
        ("optimizer.rematerialise", True),
    ],
)
@pytest.mark.parametrize("way", ["dotted", "nested", "text"])
def test_fields_are_understood_by_their_old_names(old, value, way):
    group, field = old.split(".")
    overrides = {
        "dotted": {old: value},
        "nested": {group: {field: value}},
        "text": {old: str(value)},
    }[way]
    batch = {"data.batch_size": 2}
    config = SemSTConfig().replace({**batch, **overrides})
    assert config == SemSTConfig().replace({**batch, RENAMED[old]: value})
    assert value_of(config, RENAMED[old]) == value


def test_old_and_new_fields_of_a_group_can_be_mixed():
    overrides = {"optimizer": {"ema_decay": 0.5, "learning_rate": 0.1}}
    config = SemSTConfig().replace(overrides)
    assert config.training.ema_decay == 0.5
    assert config.optimizer.learning_rate == 0.1
    assert overrides == {"optimizer": {"ema_decay": 0.5, "learning_rate": 0.1}}


def test_the_new_name_counts_where_both_are_given():
    both = {"training.steps": 5, "optimizer.steps": 6}
    for overrides in (both, dict(reversed(both.items()))):
        assert SemSTConfig().replace(overrides).training.steps == 5


@pytest.mark.parametrize("name", OFF)
def test_what_said_off_is_none(name):
    on = {
        "multi_scale.fusion": "attention",
        "data.resize": "286",
        "data.target_resize": "286",
    }
    config = SemSTConfig().replace({name: on.get(name, 0.5)})
    assert value_of(config, name) is not None
    for off in (OFF[name], str(OFF[name]), "", "none", None):
        assert value_of(config.replace({name: off}), name) is None, off


def test_whole_numbers_of_a_json_file_said_off_too():
    stored = {"optimizer": {"ema_decay": 0}}
    assert SemSTConfig.from_dict(stored).training.ema_decay is None


def test_a_choice_that_was_removed_is_named_as_such():
    @dataclasses.dataclass
    class Term:
        estimator: str = option("infonce", "Help.", choices=("infonce",))

    for value, message in (
        ("joint_histogram", "`tone.estimator` is .* no longer has"),
        ("joint_histogran", "`tone.estimator` must be one of infonce"),
    ):
        with pytest.raises(ValueError, match=f"{message}.*Received: '{value}"):
            normalise_fields(Term(value), "tone.")


def test_choices_may_come_from_a_dict_or_a_function():
    for choices in ({"a": int}, ("a",), lambda: {"a": int}):

        @dataclasses.dataclass
        class Term:
            loss: str = option("a", "Help.", choices=choices)

        normalise_fields(Term("a"))
        with pytest.raises(ValueError, match="one of a. Received: 'b'"):
            normalise_fields(Term("b"))


@pytest.mark.parametrize("group", ["structure", "texture", "tone"])
def test_fields_that_were_removed_load_where_they_changed_nothing(group):
    stored = {group: {"critic": "fixed", "weight": 0.5}}
    config = SemSTConfig.from_dict(stored)
    assert config == SemSTConfig().replace({f"{group}.weight": 0.5})
    stored = {group: {"critic": "learned"}}
    with pytest.raises(ValueError, match=f"{group}.critic.* was removed"):
        SemSTConfig.from_dict(stored)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("tone.estimator", "joint_histogram"),
        ("structure.descriptor", "self_similarity"),
        ("texture.descriptor", "encoder_moments"),
        ("tone.descriptor", "luminance"),
    ],
)
def test_stored_choices_that_were_removed_are_named_as_such(name, value):
    with pytest.raises(ValueError, match=f"`{name}` is '{value}'.*no longer"):
        SemSTConfig.from_dict({name: value})


@pytest.mark.parametrize("group", ["tone", "optimizer", "discriminator"])
def test_a_value_in_the_place_of_a_group_is_refused_by_name(group):
    with pytest.raises(ValueError, match=f"`{group}` is a group.*Received: 4"):
        SemSTConfig().replace({group: 4})
