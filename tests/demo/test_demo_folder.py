"""What may be replaced by a demo, and what stays."""

import json

import pytest
from folders import contents

from semst_tf.demo.demo_folder import check_demo_folder
from semst_tf.demo.demo_folder import move_into_place


def written(folder, **texts):
    """A folder of a demo with files of these names and texts."""
    folder.mkdir(parents=True)
    for name, text in texts.items():
        (folder / name).write_text(text)
    files = [*texts, "demo.json"]
    (folder / "demo.json").write_text(
        json.dumps({"semst_tf": "0", "files": files})
    )
    return folder


def test_new_empty_and_earlier_ones_are_accepted(tmp_path):
    check_demo_folder(tmp_path / "new")
    (tmp_path / "empty").mkdir()
    check_demo_folder(tmp_path / "empty")
    check_demo_folder(written(tmp_path / "demo", page="1"))


@pytest.mark.parametrize(
    "text", [None, "{}", "no json", "[]", '{"files": [], "name": "mine"}']
)
def test_a_folder_of_something_else_is_refused(tmp_path, text):
    (tmp_path / "thesis.txt").write_text("precious")
    if text is not None:
        (tmp_path / "demo.json").write_text(text)
    with pytest.raises(ValueError, match="something else.*Received"):
        check_demo_folder(tmp_path)


def test_a_file_is_refused(tmp_path):
    (tmp_path / "site").write_text("precious")
    with pytest.raises(ValueError, match="is a folder.*Received"):
        check_demo_folder(tmp_path / "site")


def test_the_earlier_demo_goes_and_what_is_not_of_it_stays(tmp_path):
    folder = written(tmp_path / "site", page="1", stale="1")
    (folder / "CNAME").write_text("example.org")
    move_into_place(written(tmp_path / "unfinished", page="2"), folder)
    assert set(contents(folder)) == {"CNAME", "demo.json", "page"}
    assert (folder / "page").read_text() == "2"


def test_a_description_cannot_remove_files_elsewhere(tmp_path):
    folder = written(tmp_path / "site", page="1")
    (tmp_path / "thesis.txt").write_text("precious")
    (folder / "demo.json").write_text(
        json.dumps({"semst_tf": "0", "files": ["../thesis.txt", 3]})
    )
    move_into_place(written(tmp_path / "unfinished", page="2"), folder)
    assert (tmp_path / "thesis.txt").read_text() == "precious"


def test_a_new_folder_is_there_at_once(tmp_path):
    unfinished = written(tmp_path / "unfinished", page="1")
    move_into_place(unfinished, tmp_path / "site")
    assert not unfinished.exists()
    assert (tmp_path / "site" / "page").read_text() == "1"
