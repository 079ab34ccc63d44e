import keras
import numpy as np
import pytest
from one_weight import compiled_model
from one_weight import train

from semst_tf.callbacks import Checkpoints
from semst_tf.callbacks import checkpoint_paths


def steps(folder):
    return [path.name for path in checkpoint_paths(folder)]


def test_only_the_newest_checkpoints_are_kept(tmp_path):
    folder = tmp_path / "deep" / "checkpoints"
    train(compiled_model(), [Checkpoints(folder, every=2)], epochs=4)
    assert steps(folder) == ["step_00000006.keras", "step_00000008.keras"]
    assert len(list(folder.iterdir())) == 2


def test_steps_are_counted_over_epochs_that_do_not_divide(tmp_path):
    callback = Checkpoints(tmp_path, every=2, keep=9)
    train(compiled_model(), [callback], epochs=3, steps=1)
    assert steps(tmp_path) == ["step_00000002.keras"]


def test_a_checkpoint_holds_weights_and_optimizer_of_its_step(tmp_path):
    model = compiled_model()
    train(model, [Checkpoints(tmp_path, every=2)])
    expected = model.get_weights()
    train(model, [])
    loaded = keras.saving.load_model(checkpoint_paths(tmp_path)[-1])
    assert int(loaded.optimizer.iterations) == 2
    for before, after in zip(expected, loaded.get_weights()):
        np.testing.assert_array_equal(before, after)


def test_a_save_that_fails_leaves_the_older_checkpoint_alone(
    tmp_path, monkeypatch
):
    model = compiled_model()
    callback = Checkpoints(tmp_path, every=2, keep=1)
    train(model, [callback])
    kept = checkpoint_paths(tmp_path)[-1].read_bytes()

    def fail(path):
        path.write_bytes(b"half of a model")
        raise OSError("disk full")

    monkeypatch.setattr(model, "save", fail)
    with pytest.raises(OSError, match="disk full"):
        train(model, [callback])
    assert [path.name for path in tmp_path.iterdir()] == ["step_00000002.keras"]
    assert checkpoint_paths(tmp_path)[-1].read_bytes() == kept


def test_paths_are_in_order_of_steps_and_nothing_else(tmp_path):
    for name in (
        "step_00000500.keras",
        "step_00000020.keras",
        "step_00000500.keras.tmp",
        ".unfinished-7-step_00000900.keras",
        "step_last.keras",
        "model.keras",
    ):
        (tmp_path / name).touch()
    assert steps(tmp_path) == ["step_00000020.keras", "step_00000500.keras"]


def test_a_folder_that_is_missing_has_no_checkpoints(tmp_path):
    assert checkpoint_paths(tmp_path / "missing") == []
