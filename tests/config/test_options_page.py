import pathlib

from semst_tf import presets
from semst_tf.config.fields import field_names
from semst_tf.config.options_page import options_document
from semst_tf.config.semst_config import SemSTConfig

DOCUMENT = pathlib.Path(__file__).parents[2] / "docs" / "options.md"


def table_rows():
    lines = options_document().splitlines()
    return [line for line in lines if line.startswith("| `")]


def test_the_stored_document_is_the_generated_one():
    message = "run `make options`"
    assert DOCUMENT.read_text() == options_document(), message


def test_every_field_has_a_row_with_its_default():
    names = [row.split("`")[1] for row in table_rows()]
    assert sorted(names) == sorted(field_names(SemSTConfig()))
    (steps,) = [row for row in table_rows() if "`training.steps`" in row]
    assert "`100000`" in steps


def test_every_row_has_five_cells_and_a_description():
    for row in table_rows():
        cells = [cell.strip() for cell in row.strip("|").split("|")]
        assert len(cells) == 5, row
        assert len(cells[3]) > 3, row


def test_limits_and_choices_of_a_field_are_named():
    (row,) = [row for row in table_rows() if "`tone.descriptor`" in row]
    assert "`'colour'`" in row and "`'orientation'`" in row
    (row,) = [row for row in table_rows() if "`training.ema_decay`" in row]
    assert "float or None: from 0 to below 1" in row


def test_presets_are_listed_and_their_changes_named():
    document = options_document()
    for name, description in presets().items():
        assert f"**`{name}`**: {description}" in document
    (decay,) = [row for row in table_rows() if "`optimizer.decay`" in row]
    assert "fastcut `0.25`" in decay
    assert "hneg_src" not in decay
