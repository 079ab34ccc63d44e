import json

import numpy as np
import pytest
from one_weight import compiled_model
from one_weight import train

from semst_tf.callbacks import NonFiniteError
from semst_tf.callbacks import StopOnNonFinite


def examples(batch):
    """A batch of two, whose images are as bright as its number."""
    return [
        {
            domain: (
                f"{domain} {batch} {index}",
                np.full((8, 8, 3), 0.1 * batch, "float32"),
            )
            for domain in ("source", "target")
        }
        for index in range(2)
    ]


def test_an_infinite_loss_stops_at_its_step_with_the_evidence(tmp_path):
    # The square of what the first step adds is no float32.
    model = compiled_model(learning_rate=1e25)
    with pytest.raises(NonFiniteError, match="step 2, .*loss: inf"):
        stop = StopOnNonFinite(tmp_path, examples, batches=3)
        train(model, [stop], steps=9)
    assert int(model.optimizer.iterations) == 2
    (folder,) = tmp_path.iterdir()
    report = json.loads((folder / "report.json").read_text())
    assert report["step"] == 2
    assert report["batch"] == 4
    assert report["terms"]["loss"] == "inf"
    assert report["source"] == ["source 4 0", "source 4 1"]
    assert report["target"] == ["target 4 0", "target 4 1"]
    with np.load(folder / "batch.npz") as crops:
        assert crops["target"].shape == (2, 8, 8, 3)
        np.testing.assert_allclose(crops["source"], 0.4, rtol=1e-6)
    assert (folder / "batch.png").exists()


def test_weights_that_are_not_finite_stop_at_the_end_of_the_epoch(tmp_path):
    model = compiled_model(learning_rate=float("nan"))
    with pytest.raises(NonFiniteError, match="step 1, .*kernel: not finite"):
        train(model, [StopOnNonFinite(tmp_path, examples)], steps=1)


def test_finite_numbers_leave_no_trace(tmp_path):
    train(compiled_model(), [StopOnNonFinite(tmp_path, examples)], epochs=2)
    assert list(tmp_path.iterdir()) == []
