"""The notebook runs from top to bottom and shows what it promises."""

import pathlib
import re

import nbclient
import nbformat
import pytest

pytestmark = pytest.mark.slow

NOTEBOOK = (
    pathlib.Path(__file__).parents[2]
    / "experiments"
    / "notebooks"
    / "quickstart.ipynb"
)


def stored():
    return nbformat.read(NOTEBOOK, as_version=4)


@pytest.fixture(scope="module")
def executed(tmp_path_factory):
    """Cells by their id, after a run that trains for four steps."""
    notebook = stored()
    (parameters,) = [
        cell
        for cell in notebook.cells
        if "parameters" in cell.metadata.get("tags", [])
    ]
    parameters.source = "STEPS = 4"
    folder = tmp_path_factory.mktemp("notebook")
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TF_CPP_MIN_LOG_LEVEL", "3")
        nbclient.NotebookClient(
            notebook,
            timeout=900,
            kernel_name="python3",
            resources={"metadata": {"path": str(folder)}},
        ).execute()
    return {cell.id: cell for cell in notebook.cells}, folder


def images(cell):
    """Images that a cell shows, of any type."""
    return sum(
        any(kind.startswith("image/") for kind in out.get("data", {}))
        for out in cell.outputs
    )


def text(cell):
    return "".join(out.get("text", "") for out in cell.outputs)


def test_it_shows_photographs_curves_and_translations(executed):
    cells, _ = executed
    assert images(cells["photos"]) == 2
    assert images(cells["curves"]) == 1
    assert images(cells["translate"]) == 2


def test_training_reports_every_loss(executed):
    cells, _ = executed
    for name in ("adversarial", "contrastive", "structure", "texture"):
        assert f"{name}: " in text(cells["train"])


def test_the_last_cell_finds_the_loaded_model_equal(executed):
    cells, folder = executed
    assert "difference after loading: 0 of 255" in text(cells["save"])
    assert (folder / "runs" / "notebook.keras").is_file()


def test_nothing_complains(executed):
    cells, _ = executed
    for cell in cells.values():
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr", output.text


def test_what_is_stored_is_what_a_run_gives(executed):
    cells, _ = executed
    for cell in stored().cells:
        if cell.cell_type != "code":
            continue
        assert cell.execution_count == cells[cell.id].execution_count
        assert images(cell) == images(cells[cell.id])
        shown = [bool(text(one)) for one in (cell, cells[cell.id])]
        assert shown[0] == shown[1], cell.id
    (train,) = [cell for cell in stored().cells if cell.id == "train"]
    losses = [
        set(re.findall(r"([a-z_]+): \d", text(one)))
        for one in (train, cells["train"])
    ]
    assert losses[0] == losses[1]


def test_the_stored_notebook_is_valid_small_and_of_no_machine():
    notebook = stored()
    nbformat.validate(notebook)
    assert NOTEBOOK.stat().st_size < 400_000
    for cell in notebook.cells:
        for output in cell.get("outputs", []):
            assert output.output_type != "error"
            assert output.get("name") != "stderr"
            said = output.get("text", "") + str(
                output.get("data", {}).get("text/plain", "")
            )
            assert not re.search(r"/(home|root|tmp|work|usr|Users)/", said)
            assert "arning" not in said


def test_it_is_stored_with_the_training_that_its_text_describes():
    (parameters,) = [c for c in stored().cells if c.id == "parameters"]
    assert "STEPS = 1500" in parameters.source
