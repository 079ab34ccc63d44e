"""One process at a time writes into a folder."""

import os
import signal
import subprocess
import sys

import pytest

from semst_tf.storage import sole_writer as module
from semst_tf.storage.sole_writer import sole_writer

HOLD = """
import sys, time
from semst_tf.storage.sole_writer import sole_writer

with sole_writer(sys.argv[1]):
    print("holds", flush=True)
    time.sleep(100)
"""


@pytest.fixture
def holder(tmp_path):
    """Another process that writes into the folder."""
    process = subprocess.Popen(
        [sys.executable, "-c", HOLD, tmp_path], stdout=subprocess.PIPE
    )
    assert process.stdout.readline() == b"holds\n"
    yield process
    process.kill()
    process.wait()


def test_a_second_process_is_refused_and_told_where(holder, tmp_path):
    with pytest.raises(ValueError, match=f"Another process.*{tmp_path}"):
        with sole_writer(tmp_path):
            pass


def test_a_process_that_was_killed_holds_nobody_back(holder, tmp_path):
    os.kill(holder.pid, signal.SIGKILL)
    holder.wait()
    with sole_writer(tmp_path):
        pass


def test_two_parts_of_one_process_are_two_writers(tmp_path):
    with sole_writer(tmp_path):
        with pytest.raises(ValueError, match="Another process"):
            with sole_writer(tmp_path):
                pass
    with sole_writer(tmp_path):
        pass


def test_an_error_of_the_writer_is_passed_on_and_ends_it(tmp_path):
    with pytest.raises(KeyError):
        with sole_writer(tmp_path):
            raise KeyError
    with sole_writer(tmp_path):
        pass


def test_nothing_is_left_behind_where_nothing_was_written(tmp_path):
    with sole_writer(tmp_path / "a" / "b"):
        assert (tmp_path / "a" / "b").is_dir()
    assert list(tmp_path.iterdir()) == []


def test_what_was_written_stays(tmp_path):
    with sole_writer(tmp_path / "a" / "b"):
        (tmp_path / "a" / "b" / "file").write_text("content")
    assert (tmp_path / "a" / "b" / "file").read_text() == "content"


def test_an_empty_folder_that_was_there_stays(tmp_path):
    with sole_writer(tmp_path):
        pass
    assert tmp_path.is_dir()


def test_a_file_in_the_place_of_the_folder_is_an_error(tmp_path):
    (tmp_path / "file").touch()
    with pytest.raises(OSError, match="file"):
        with sole_writer(tmp_path / "file"):
            pass


@pytest.mark.parametrize("missing", ["module", "support"])
def test_without_locks_nobody_is_held_back(tmp_path, monkeypatch, missing):
    if missing == "module":
        monkeypatch.setattr(module, "fcntl", None)
    else:

        def flock(*_):
            raise OSError("not supported")

        monkeypatch.setattr(module.fcntl, "flock", flock)
    with sole_writer(tmp_path), sole_writer(tmp_path):
        pass
