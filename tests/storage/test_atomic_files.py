import errno
import json

import pytest

from semst_tf.storage.atomic_files import remove_unfinished
from semst_tf.storage.atomic_files import replacing
from semst_tf.storage.atomic_files import write_json


def test_a_write_that_fails_leaves_what_was_there(tmp_path):
    path = tmp_path / "record.json"
    path.write_text("before")
    with pytest.raises(KeyError):
        with replacing(path) as unfinished:
            unfinished.write_text("half")
            raise KeyError
    assert path.read_text() == "before"
    assert list(tmp_path.iterdir()) == [path]


def test_the_file_is_not_seen_before_it_is_whole(tmp_path):
    path = tmp_path / "record.json"
    with replacing(path) as unfinished:
        unfinished.write_text("half")
        assert not path.exists()
        assert unfinished.parent == tmp_path
        assert unfinished.suffix == ".json"
    assert path.read_text() == "half"
    assert list(tmp_path.iterdir()) == [path]


def test_json_can_be_read_back(tmp_path):
    value = {"steps": 3, "history": [{"loss": 0.5}], "word": "é"}
    write_json(tmp_path / "record.json", value)
    assert json.loads((tmp_path / "record.json").read_text()) == value


def test_json_that_cannot_be_written_keeps_the_old_file(tmp_path):
    path = tmp_path / "record.json"
    write_json(path, [1])
    with pytest.raises(TypeError):
        write_json(path, [object()])
    assert json.loads(path.read_text()) == [1]
    assert list(tmp_path.iterdir()) == [path]


def test_a_folder_that_is_missing_is_an_error_and_not_made(tmp_path):
    with pytest.raises(FileNotFoundError):
        write_json(tmp_path / "missing" / "record.json", [])
    assert list(tmp_path.iterdir()) == []


def test_what_a_killed_process_left_is_removed_and_nothing_else(tmp_path):
    for name in (".unfinished-7-model.keras", "model.keras", ".hidden"):
        (tmp_path / name).touch()
    remove_unfinished(tmp_path)
    remove_unfinished(tmp_path / "missing")
    assert {path.name for path in tmp_path.iterdir()} == {
        "model.keras",
        ".hidden",
    }


@pytest.mark.parametrize("name", ["a" * 251 + ".png", "\u00e9" * 120 + ".json"])
def test_the_longest_names_can_be_replaced(tmp_path, name):
    with replacing(tmp_path / name) as unfinished:
        assert unfinished.suffix == (tmp_path / name).suffix
        unfinished.write_text("whole")
    assert [path.name for path in tmp_path.iterdir()] == [name]


def test_a_full_disk_names_the_file_that_was_wanted(tmp_path):
    with pytest.raises(OSError) as error:
        with replacing(tmp_path / "record.json"):
            raise OSError(errno.ENOSPC, "No space left on device")
    assert error.value.filename == str(tmp_path / "record.json")
    assert list(tmp_path.iterdir()) == []
