"""Somebody who comes from CUT types what it called things."""

import pytest
from scripts import assert_one_line
from scripts import run_here


@pytest.mark.parametrize(
    ("option", "equivalent"),
    [
        ("--netG=resnet_6blocks", "--set=generator.blocks="),
        ("--load_size=286", "--set=data.resize="),
        ("--name=street", "--workdir="),
        ("--gpu_ids=0", "--devices="),
        ("--lambda_NCE=1", "--set=contrastive.weight="),
    ],
)
def test_an_option_of_cut_is_answered_with_ours(option, equivalent):
    result = run_here("train", option)
    name = option.partition("=")[0]
    assert_one_line(result, name, equivalent, "docs/from_cut.md")


def test_a_whole_command_of_cut_gets_every_option_answered():
    result = run_here(
        "train", "--dataroot", "horses", "--name", "run", "--CUT_mode", "CUT"
    )
    assert_one_line(result, "--name", "--CUT_mode", "--preset=cut")
    assert "--dataroot is" not in result.stderr


def test_an_unknown_option_that_is_not_of_cut_stays_unknown():
    result = run_here("train", "--sorce=x")
    assert_one_line(result, "sorce")
    assert "from_cut" not in result.stderr


def test_fields_and_flags_of_the_answers_exist():
    import re

    from scripts import EXPERIMENTS
    from test_main import COMMANDS

    from semst_tf import preset_config

    text = (EXPERIMENTS / "cut_options.py").read_text()
    for field, value in re.findall(r"--set=([\w.]+)(?:=([\w.:]+))?", text):
        config = preset_config("cut")
        node = config
        for part in field.split("."):
            node = getattr(node, part)
        if value:
            config.replace({field: value})
    scripts = "".join(
        (EXPERIMENTS / f"{script}.py").read_text()
        for script in (*COMMANDS.values(), "training_flags")
    )
    flags = set(re.findall(r"--(\w+)=", text)) - {"set"}
    for flag in flags - {"logdir"}:
        assert f'"{flag}"' in scripts, flag
