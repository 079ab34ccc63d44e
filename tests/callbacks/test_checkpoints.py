import keras
import numpy as np
import pytest
from one_weight import compiled_model
from one_weight import train

from semst_tf.callbacks import Checkpoints
from semst_tf.callbacks import NonFiniteError
from semst_tf.storage.checkpoint_files import check_checkpoint
from semst_tf.storage.checkpoint_files import checkpoint_paths
from semst_tf.storage.checkpoint_files import restore_checkpoint


def steps(folder):
    return [path.name for path in checkpoint_paths(folder)]


def test_only_the_newest_checkpoints_are_kept(tmp_path):
    folder = tmp_path / "deep" / "checkpoints"
    train(compiled_model(), [Checkpoints(folder, every=2)], epochs=4)
    assert steps(folder) == ["step_00000006.keras", "step_00000008.keras"]
    assert len(list(folder.iterdir())) == 2


def test_steps_are_counted_over_epochs_that_do_not_divide(tmp_path):
    callback = Checkpoints(tmp_path, every=2, keep=9)
    train(compiled_model(), [callback], epochs=5, steps=1)
    assert steps(tmp_path) == [
        "step_00000002.keras",
        "step_00000004.keras",
        "step_00000005.keras",
    ]


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


def test_later_checkpoints_of_somebody_else_are_left_alone(tmp_path):
    (tmp_path / "step_00000900.keras").touch()
    train(compiled_model(), [Checkpoints(tmp_path, every=2, keep=1)], epochs=2)
    assert steps(tmp_path) == ["step_00000004.keras", "step_00000900.keras"]


def test_weights_that_are_not_finite_are_not_saved(tmp_path):
    model = compiled_model()
    callback = Checkpoints(tmp_path, every=2, keep=1)
    train(model, [callback])
    model.layers[0].kernel.assign([[np.nan]])
    with pytest.raises(NonFiniteError, match="step=4"):
        train(model, [callback])
    assert steps(tmp_path) == ["step_00000002.keras"]


def test_restoring_brings_back_weights_optimizer_and_place(tmp_path):
    model = compiled_model()
    callback = Checkpoints(tmp_path, every=2, batches=5)
    train(model, [callback])
    other = compiled_model()
    other.optimizer.build(other.trainable_variables)
    other.build((None, 1))
    position = restore_checkpoint(other, checkpoint_paths(tmp_path)[0])
    assert (position.step, position.batches) == (2, 7)
    assert int(other.optimizer.iterations) == 2
    for weight, expected in zip(other.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(weight, expected)


def test_an_optimizer_of_another_kind_is_no_fresh_start(tmp_path):
    train(compiled_model(), [Checkpoints(tmp_path, every=2)])
    other = compiled_model()
    other.compile(keras.optimizers.Adam(), loss="mse")
    other.build((None, 1))
    other.optimizer.build(other.trainable_variables)
    with pytest.raises(ValueError, match="another model"):
        restore_checkpoint(other, checkpoint_paths(tmp_path)[0])


def test_files_of_keras_itself_can_be_gone_on_from(tmp_path):
    model = compiled_model()
    train(model, [])
    model.save(tmp_path / "model.keras")
    position = restore_checkpoint(model, tmp_path / "model.keras")
    assert (position.step, position.batches) == (2, 2)


@pytest.mark.parametrize("content", [b"", b"no zip", b"PK\x03\x04"])
def test_what_is_no_checkpoint_is_named(tmp_path, content):
    path = tmp_path / "step_00000002.keras"
    path.write_bytes(content)
    with pytest.raises(ValueError, match="damaged.*step_00000002"):
        check_checkpoint(path)


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
