import numpy as np
import pytest
from backends import needs_jax
from backends import run_on
from small import METHODS_OF_PARTS

pytestmark = [needs_jax, pytest.mark.slow]

ONE_STEP = "import sys, one_step; one_step.main(*sys.argv[1:])"

# Trains on, from a file if there is one; writes the file and translations.
TRAIN = """
import sys
import keras
import numpy as np
from one_step import drawn_weights, endless
from small import batch, small_model

before, after, numbers = sys.argv[1:]
if before:
    model = keras.saving.load_model(before)
else:
    model = small_model("tiny")
    model.set_weights(drawn_weights(model))
    model.compile(keras.optimizers.Adam(1e-3, epsilon=1e-2))
image = batch(1)["source"]
translated = model.translate(image)
model.fit(endless(batch(2)), steps_per_epoch=2, verbose=0)
model.save(after)
state = {f"{i}": np.asarray(w) for i, w in enumerate(model.get_weights())}
state |= {
    f"optimizer{i}": keras.ops.convert_to_numpy(v)
    for i, v in enumerate(model.optimizer.variables)
}
np.savez(
    numbers, before=translated, after=model.translate(image), **state
)
"""

EXPORT = """
import sys
import keras
from semst_tf import export

model = keras.saving.load_model(sys.argv[1])
model.export(sys.argv[2])
model.export(sys.argv[2] + ".tflite", format="litert", size=(16, 24))
"""


@pytest.fixture(scope="module")
def steps(tmp_path_factory):
    """A folder of what one step leads to, for each backend."""
    folders = {}
    for backend in ("tensorflow", "jax"):
        folders[backend] = tmp_path_factory.mktemp(backend)
        run_on(backend, ONE_STEP, folders[backend], *METHODS_OF_PARTS)
    return folders


@pytest.mark.parametrize("preset", METHODS_OF_PARTS)
def test_one_step_has_the_losses_and_weights_of_the_other_backend(
    steps, preset
):
    wanted, got = (
        np.load(folder / f"{preset}.npz") for folder in steps.values()
    )
    assert list(wanted) == list(got)
    for name in wanted:
        kind = {"rtol": 1e-4} if name.startswith("loss/") else {"rtol": 0}
        np.testing.assert_allclose(
            got[name], wanted[name], atol=1e-4, **kind, err_msg=name
        )


@pytest.mark.parametrize(
    "backends", [("tensorflow", "jax"), ("jax", "tensorflow")]
)
def test_a_model_translates_continues_and_exports_on_the_other(
    tmp_path, backends
):
    first, second = backends
    numbers = {}
    for backend, before, after in (
        (first, "", "one.keras"),
        (first, "one.keras", "same.keras"),
        (second, "one.keras", "other.keras"),
    ):
        before = tmp_path / before if before else ""
        path = tmp_path / f"{after}.npz"
        run_on(backend, TRAIN, before, tmp_path / after, path)
        numbers[after] = np.load(path)
    one, same, other = numbers.values()
    np.testing.assert_allclose(other["before"], one["after"], atol=1e-4)
    assert np.abs(other["after"] - other["before"]).max() > 1e-3
    for name in same:
        np.testing.assert_allclose(
            other[name], same[name], rtol=1e-4, atol=1e-4, err_msg=name
        )
    if second == "tensorflow":
        # Exports compare their translations with the model's by themselves.
        run_on(
            "tensorflow", EXPORT, tmp_path / "one.keras", tmp_path / "exported"
        )
        assert list((tmp_path / "exported").glob("1/saved_model.pb"))
        assert (tmp_path / "exported.tflite").exists()
