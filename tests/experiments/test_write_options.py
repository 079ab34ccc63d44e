import pytest
from folders import contents
from scripts import assert_one_line
from scripts import run_here

from semst_tf.config.options_page import options_document


def test_it_writes_the_document_and_says_where(tmp_path):
    path = tmp_path / "options.md"
    result = run_here("write_options", f"--output={path}")
    assert result.returncode == 0, result.stderr
    assert path.read_text() == options_document()
    assert result.stdout == f"wrote {path}\n"


@pytest.mark.parametrize("place", ["missing/options.md", "file/options.md", ""])
def test_a_place_that_cannot_be_written_is_one_line(tmp_path, place):
    (tmp_path / "file").write_text("in the way")
    before = contents(tmp_path)
    assert_one_line(run_here("write_options", f"--output={tmp_path / place}"))
    assert contents(tmp_path) == before
