import threading

import numpy as np
import pytest
from folders import write_images

from semst_tf.data import read_image
from semst_tf.data.image_files import decode_image
from semst_tf.inference.translate_files import translate_files


def jobs_of(tmp_path, count):
    source = write_images(tmp_path / "in", count=count, size=(8, 8))
    return [
        (source / f"{number}.png", tmp_path / "out" / "sub" / f"{number}.png")
        for number in range(count)
    ]


def inverted(_, image):
    return 255 - image


@pytest.mark.parametrize("ahead", [0, 1, 9])
def test_every_file_becomes_its_own_translation(tmp_path, ahead):
    jobs = jobs_of(tmp_path, 5)
    assert list(translate_files(inverted, jobs, ahead)) == [None] * 5
    for source, output in jobs:
        np.testing.assert_array_equal(
            read_image(output), 255 - read_image(source)
        )


@pytest.mark.parametrize("ahead", [0, 2])
def test_unreadable_images_are_told_in_their_place(tmp_path, ahead):
    jobs = jobs_of(tmp_path, 5)
    for number in (0, 3):
        jobs[number][0].write_bytes(b"no image")
    results = list(translate_files(inverted, jobs, ahead))
    assert [result is None for result in results] == [
        *(False, True, True),
        *(False, True),
    ]
    assert "0.png" in str(results[0]) and "3.png" in str(results[3])
    assert sorted(path.stem for path in jobs[0][1].parent.iterdir()) == [
        *("1", "2", "4")
    ]


def test_the_function_gets_path_and_image_in_the_thread_of_the_caller(
    tmp_path,
):
    jobs, calls = jobs_of(tmp_path, 3), []

    def seen(source, image):
        calls.append((source, threading.current_thread()))
        return image

    list(translate_files(seen, jobs))
    assert [source for source, _ in calls] == [source for source, _ in jobs]
    assert {thread for _, thread in calls} == {threading.current_thread()}


@pytest.mark.parametrize("ahead", [0, 2])
def test_no_more_images_are_read_than_asked_for(tmp_path, monkeypatch, ahead):
    jobs, read = jobs_of(tmp_path, 6), []

    def counted(path, page):
        read.append(path)
        return decode_image(path, page)

    monkeypatch.setattr(
        "semst_tf.inference.translate_files.decode_image", counted
    )
    for done, _ in enumerate(translate_files(inverted, jobs, ahead), start=1):
        assert len(read) <= done + ahead


@pytest.mark.parametrize("ahead", [0, 2])
def test_what_cannot_be_written_is_an_error(tmp_path, ahead):
    jobs = jobs_of(tmp_path, 3)
    (tmp_path / "out").write_text("a file where a folder should be")
    with pytest.raises(OSError):
        list(translate_files(inverted, jobs, ahead))


def test_an_error_of_the_function_ends_it(tmp_path):
    def broken(*_):
        raise RuntimeError("out of order")

    with pytest.raises(RuntimeError, match="out of order"):
        list(translate_files(broken, jobs_of(tmp_path, 3)))


def test_no_jobs_are_no_work():
    assert list(translate_files(inverted, [])) == []
