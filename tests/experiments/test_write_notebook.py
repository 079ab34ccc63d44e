import base64
import io

import nbformat
import numpy as np
import pytest
from folders import contents
from nbformat import v4
from PIL import Image
from scripts import assert_one_line
from scripts import run_here

SHOW = """import sys
import matplotlib.pyplot as plt
import numpy as np
print("shown", file=sys.stderr)
print(6 * 7)
print("1/1 - 12s - 3s/step - loss: 1.5")
plt.imshow(np.random.default_rng(0).random((400, 1600, 3)))
plt.gcf().set_size_inches(16, 4)
plt.show()"""


def test_a_notebook_is_stored_with_small_outputs_and_nothing_of_the_machine(
    tmp_path,
):
    notebook = v4.new_notebook(cells=[v4.new_code_cell(SHOW)])
    nbformat.write(notebook, tmp_path / "a.ipynb")
    result = run_here(
        "write_notebook",
        f"--notebook={tmp_path / 'a.ipynb'}",
        f"--output={tmp_path / 'b.ipynb'}",
    )
    assert result.returncode == 0, result.stderr
    assert result.stdout.startswith(f"wrote {tmp_path / 'b.ipynb'}, ")
    stored = nbformat.read(tmp_path / "b.ipynb", as_version=4)
    (cell,) = stored.cells
    assert cell.source == SHOW and cell.execution_count == 1
    assert "execution" not in cell.metadata
    assert stored.metadata.language_info == {"name": "python"}
    texts = [o.text for o in cell.outputs if o.output_type == "stream"]
    assert texts == ["42\n1/1 - loss: 1.5\n"]
    (shown,) = [o.data for o in cell.outputs if "data" in o]
    (kind,) = [name for name in shown if name.startswith("image/")]
    with Image.open(io.BytesIO(base64.b64decode(shown[kind]))) as image:
        assert image.width == 800
        assert np.asarray(image.convert("RGB")).std() > 10
    assert nbformat.read(tmp_path / "a.ipynb", as_version=4) == notebook


@pytest.mark.parametrize("place", ["missing.ipynb", ""])
def test_a_notebook_that_is_not_there_is_one_line(tmp_path, place):
    before = contents(tmp_path)
    result = run_here("write_notebook", f"--notebook={tmp_path / place}")
    assert_one_line(result, "--notebook")
    assert contents(tmp_path) == before
