import pathlib
import re

import keras
import numpy as np
import pytest

PAGE = pathlib.Path(__file__).parents[1] / "docs" / "extending.md"

pytestmark = pytest.mark.skipif(
    keras.backend.backend() not in ("tensorflow", "jax"),
    reason="trains with TensorFlow and JAX",
)


@pytest.mark.filterwarnings("ignore:This training ends:UserWarning")
def test_every_block_of_the_page_runs(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(), re.DOTALL)
    assert len(blocks) == 5
    names = {"__name__": "page"}
    for number, block in enumerate(blocks):
        exec(compile(block, f"extending.md, block {number}", "exec"), names)
    assert np.isfinite(names["history"].history["val_loss"]).all()
    assert names["translated"].shape == names["photos"].shape
    for one, other in zip(
        names["again"].get_weights(), names["model"].get_weights(), strict=True
    ):
        np.testing.assert_array_equal(one, other)
