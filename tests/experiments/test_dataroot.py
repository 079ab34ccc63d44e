"""`--dataroot` and `--direction`: data sets as CUT lays them out."""

import pytest
from folders import write_images
from scripts import assert_one_line
from scripts import run_here


@pytest.fixture
def dataroot(tmp_path):
    for name, count in (("trainA", 2), ("trainB", 3)):
        write_images(tmp_path / "data" / name, count=count)
    return tmp_path / "data"


@pytest.mark.parametrize(
    ("direction", "first"), [("AtoB", "trainA"), ("BtoA", "trainB")]
)
def test_the_direction_says_which_domain_is_the_source(
    dataroot, direction, first
):
    result = run_here(
        "check_data",
        f"--dataroot={dataroot}",
        f"--direction={direction}",
        "--skip_bad",
    )
    places = [result.stdout.find(name) for name in ("trainA", "trainB")]
    assert min(places) >= 0, result.stdout + result.stderr
    assert (places[0] < places[1]) == (first == "trainA")


@pytest.mark.parametrize(
    ("flags", "words"),
    [
        (["--dataroot={root}", "--source={root}"], ["--source"]),
        (["--dataroot={root}/trainA"], ["without trainA"]),
        (["--dataroot=/no/such/folder"], ["/no/such/folder"]),
        (["--dataroot="], ["trainA"]),
        (["--direction=BtoA"], ["--source", "--dataroot"]),
        (["--dataroot={root}", "--direction=AtoC"], ["direction"]),
    ],
)
def test_wrong_use_is_one_line(dataroot, flags, words):
    flags = [flag.format(root=dataroot) for flag in flags]
    assert_one_line(run_here("check_data", *flags), *words)


def test_test_folders_belong_to_translate(dataroot, tmp_path):
    result = run_here(
        "translate",
        "--model=colour2vintage",
        f"--dataroot={dataroot}",
        f"--output={tmp_path / 'out'}",
    )
    assert_one_line(result, "without testA")
