"""Trainings that are killed for real, and what is left of them."""

import resource
import signal

import keras
import numpy as np
import pytest
from fault_kit import FAULTY
from fault_kit import fill
from fault_kit import finish
from fault_kit import start
from fault_kit import state
from fault_kit import stop
from fault_kit import wait_for_checkpoint

from semst_tf.storage.checkpoint_files import checkpoint_paths
from semst_tf.storage.loss_history import read_history

if keras.backend.backend() != "tensorflow":
    pytest.skip("trains with TensorFlow", allow_module_level=True)

pytestmark = pytest.mark.slow
FOREVER = "--steps=1000000"


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("images"))


def names(folder):
    return sorted(path.name for path in folder.iterdir())


def test_killed_while_saving_it_continues_as_if_nothing_had_happened(
    images, tmp_path
):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    code, _, errors = finish(start(images, whole, "--steps=9"))
    assert code == 0, errors
    code, _, errors = finish(start(images, killed, "--steps=9", script=FAULTY))
    assert code == -signal.SIGKILL, errors
    unfinished, saved = names(killed / "checkpoints")
    assert unfinished.startswith(".unfinished-")
    assert saved == "step_00000004.keras"
    code, output, errors = finish(start(images, killed, "--steps=9"))
    assert code == 0, errors
    assert "continuing at step 4 of 9" in output
    assert names(killed / "checkpoints") == names(whole / "checkpoints")
    expected, position = state(whole / "model.keras")
    arrays, same_position = state(killed / "model.keras")
    assert same_position == position
    assert set(arrays) == set(expected)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)
    rows = [
        [{**row, "seconds": 0} for row in read_history(run / "metrics.json")]
        for run in (whole, killed)
    ]
    assert rows[0] == rows[1]


@pytest.mark.parametrize(
    ("number", "code"),
    [
        (signal.SIGTERM, 75),
        pytest.param(signal.SIGINT, 130, marks=pytest.mark.soak),
    ],
)
def test_asked_to_stop_it_saves_and_exits_with_a_code_of_its_own(
    images, tmp_path, number, code
):
    process = start(images, tmp_path / "run", FOREVER)
    wait_for_checkpoint(process, tmp_path / "run")
    result, output, errors = stop(process, number)
    assert result == code, errors
    assert errors == ""
    last = output.splitlines()[-1]
    newest = checkpoint_paths(tmp_path / "run" / "checkpoints")[-1]
    step = int(newest.stem.removeprefix("step_"))
    assert last == (
        f"stopped at step {step}, which is saved; the same command continues"
    )
    assert not [n for n in names(newest.parent) if n.startswith(".")]


def test_a_full_disk_is_one_clear_line_and_costs_no_checkpoint(
    images, tmp_path
):
    workdir = tmp_path / "run"
    process = start(
        images,
        workdir,
        "--steps=9",
        # No file may become larger, as on a disk that is nearly full.
        preexec_fn=lambda: resource.setrlimit(
            resource.RLIMIT_FSIZE, (60_000, 60_000)
        ),
    )
    code, _, errors = finish(process)
    assert code == 2, errors
    assert errors.startswith("train: The checkpoint of step 4 could not be")
    assert "File too large" in errors
    assert errors.count("\n") == 1
    assert names(workdir / "checkpoints") == []
