"""One seed is one training."""

from pathlib import Path

import keras
import numpy as np
import pytest
from fault_kit import fill
from fault_kit import finish
from fault_kit import start
from fault_kit import state

if keras.backend.backend() != "tensorflow":
    pytest.skip("trains with TensorFlow", allow_module_level=True)

SEVERAL = Path(__file__).with_name("train_several.py")


@pytest.mark.slow
def test_equal_commands_end_with_equal_bits_and_other_seeds_do_not(tmp_path):
    images = fill(tmp_path)
    root = tmp_path / "runs"
    root.mkdir()
    # Gathers patches: their gradients are sums in any order.
    flags = ("--steps=3", "--deterministic", "--set=contrastive.weight=1")
    code, output, errors = finish(start(images, root, *flags, script=SEVERAL))
    assert code == 0, errors
    assert output.endswith("deterministic: True\n")
    one, again, other = (
        state(root / name / "model.keras")[0]
        for name in ("one", "again", "other")
    )
    assert set(one) == set(again) == set(other)
    for name, array in one.items():
        np.testing.assert_array_equal(array, again[name], err_msg=name)
    assert any((array != other[name]).any() for name, array in one.items())
