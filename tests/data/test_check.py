import os
import shutil

import numpy as np
import pytest
from PIL import Image

from semst_tf.data import ImageCollection
from semst_tf.data import check_images
from semst_tf.data import sample_photos
from semst_tf.data import write_image


def test_report_counts_sizes_channels_and_dtypes(make_folder, make_image):
    source = make_folder("s", 3, size=(10, 20))
    make_image("s/tall.png", size=(30, 20))
    target = make_folder("t", 2, channels=1)
    report = check_images(source, target, crop_size=10)
    assert report.problems == []
    assert report.source.sizes == {(10, 20): 3, (30, 20): 1}
    assert report.target.channels == {1: 2}
    assert report.source.dtypes == {"uint8": 4}
    text = str(report)
    assert "10x20 (3)" in text
    assert "no problems found" in text


def test_every_bad_file_is_named_and_can_be_left_out(make_folder, make_bad):
    target = make_folder("t", 2)
    for kind in make_bad.kinds:
        source = make_folder(kind, 6)
        bad = make_bad(kind, kind)
        # At the end of the order: the fast check has no reason to decode it.
        bad.rename(bad.with_name(f"zzz{bad.suffix}"))
        options = {"value_range": (0, 255)}
        images = ImageCollection(source, **options)
        report = check_images(images, target, thorough=kind == "nan")
        assert len(report.source.unreadable) == 1, kind
        (reason,) = report.source.unreadable.values()
        assert f"zzz{bad.suffix}" in reason, kind
        with pytest.raises(ValueError, match="1 of 7"):
            report.raise_for_problems()
        report.raise_for_problems(skip_bad=True)
        assert len(report.source.usable) == 6
        assert report.skipped == [images.name(6)]


def test_bad_first_file_does_not_spoil_the_others(make_folder, make_bad):
    folder = make_folder("s", 5)
    bad = make_bad("text", "s")
    bad.rename(bad.with_name("000.png"))
    report = check_images(folder, make_folder("t", 2), thorough=True)
    assert list(report.source.unreadable) == [0]


def test_only_the_thorough_check_decodes_everything(make_folder):
    folder = make_folder("s", 12, suffix=".npy")
    values = np.load(folder / "011.npy").astype("float32")
    values[3, 3] = np.inf
    np.save(folder / "011.npy", values)
    images = ImageCollection(folder, value_range=(0, 255))
    target = make_folder("t", 1)
    assert not check_images(images, target).source.unreadable
    thorough = check_images(images, target, thorough=True)
    assert list(thorough.source.unreadable) == [11]


def test_values_outside_the_stated_range_are_clipped_and_told(make_folder):
    images = ImageCollection(make_folder("s", 1), value_range=(0, 20))
    report = check_images(images, make_folder("t", 1))
    assert not report.problems
    (warning,) = [text for text in report.warnings if "outside" in text]
    assert warning.startswith("source: ")
    unit = images.to_unit_range(images.load(0))
    assert unit.max() == 1.0 and unit.min() >= -1.0


@pytest.mark.parametrize("bits", [10, 12])
def test_few_bits_in_sixteen_are_told_with_the_range_to_set(tmp_path, bits):
    random = np.random.default_rng(0)
    for name in ("s", "t"):
        (tmp_path / name).mkdir()
        image = random.integers(0, 2**bits, (16, 16, 1), dtype="uint16")
        image[0, :2] = [[0], [2**bits - 1]]
        write_image(tmp_path / name / "a.png", image)
    report = check_images(tmp_path / "s", tmp_path / "t")
    found = [text for text in report.warnings if "fill" in text]
    assert len(found) == 2
    assert f"0,{2**bits - 1} is what" in found[0]
    assert "of 0 to 65535" in str(report.source)
    ranged = [
        ImageCollection(tmp_path / name, value_range=f"0,{2**bits - 1}")
        for name in ("s", "t")
    ]
    assert not check_images(*ranged).warnings


def test_images_that_use_their_range_are_no_reason_to_warn(make_folder):
    report = check_images(make_folder("s", 3), make_folder("t", 3))
    assert not report.warnings


def test_too_small_images_can_be_left_out(make_folder, make_image):
    source = make_folder("s", 3, size=(32, 32))
    make_image("s/small.png", size=(32, 31))
    report = check_images(source, make_folder("t", 1, (40, 40)), crop_size=32)
    assert list(report.source.too_small) == [3]
    assert "small.png is 32x31" in report.problems[0]
    assert len(report.source.usable) == 3


def test_nothing_left_is_a_problem_even_when_skipping(make_folder):
    report = check_images(
        make_folder("s", 2), make_folder("t", 1, (64, 64)), crop_size=64
    )
    with pytest.raises(ValueError, match="none of its images"):
        report.raise_for_problems(skip_bad=True)


def test_long_lists_of_bad_files_are_cut_in_the_error(make_folder):
    report = check_images(make_folder("s", 9), make_folder("t", 1), 25)
    with pytest.raises(ValueError, match="9 of 9.*and 6 more"):
        report.raise_for_problems()


def test_empty_folder_is_a_problem(make_folder, tmp_path):
    (tmp_path / "none").mkdir()
    (tmp_path / "none" / "notes.txt").write_text("no image")
    report = check_images(tmp_path / "none", make_folder("t", 1))
    with pytest.raises(ValueError, match="source: no images"):
        report.raise_for_problems(skip_bad=True)


def test_same_folder_twice_is_noticed_through_a_link(make_folder, tmp_path):
    folder = make_folder("s", 2)
    (tmp_path / "link").symlink_to(folder)
    for other in (folder, tmp_path / "link"):
        report = check_images(folder, other)
        assert "the same images" in report.problems[0]


def test_two_halves_of_one_folder_are_two_domains(make_folder):
    folder = make_folder("s", 2)
    assert check_images(f"{folder}@left", f"{folder}@right").problems == []
    assert check_images(f"{folder}@left", f"{folder}@left").problems


def test_copies_are_counted_by_content(make_folder):
    source, target = make_folder("s", 4), make_folder("t", 3)
    assert check_images(source, target).warnings == []
    shutil.copy(source / "000.png", target / "copy.png")
    report = check_images(source, target)
    assert report.problems == []
    assert report.warnings == ["1 images are in both sets"]
    copied = shutil.copytree(source, source.with_name("copied"))
    report = check_images(source, copied)
    assert "all 4 images" in report.problems[0]


def test_uncompressed_files_of_equal_length_are_no_copies(make_folder):
    source = make_folder("s", 3, suffix=".bmp")
    report = check_images(source, make_folder("t", 3, suffix=".bmp"))
    assert report.problems == report.warnings == []


def test_mixed_channels_name_a_file_of_each(make_folder, make_image):
    source = make_folder("s", 2)
    make_image("s/grey.png", channels=1)
    target = make_folder("t", 1)
    problem = check_images(source, target).problems[0]
    assert "000.png has 3" in problem
    assert "grey.png has 1" in problem
    converted = ImageCollection(source, channels=3)
    assert check_images(converted, target).problems == []


def test_float_images_need_a_range(make_folder, tmp_path):
    np.save(tmp_path / "a.npy", np.ones((8, 8), "float32"))
    target = make_folder("t", 1)
    report = check_images([tmp_path / "a.npy"], target)
    (problem,) = report.problems
    assert "float32 images need value_range=(low, high)" in problem
    assert "--set=data.value_range=" in problem
    assert "values from 1 to 1" in problem
    images = ImageCollection([tmp_path / "a.npy"], value_range=(0, 1))
    assert check_images(images, target).problems == []


def test_dangling_links_loops_and_missing_files_are_named(
    make_folder, tmp_path
):
    source = make_folder("s", 2)
    (source / "dangling.png").symlink_to(tmp_path / "none")
    (source / "loop.png").symlink_to(source / "loop.png")
    report = check_images(source, make_folder("t", 1))
    assert len(report.source.unreadable) == 2
    missing = check_images([tmp_path / "none.png"], make_folder("t", 1))
    assert "none.png" in missing.source.unreadable[0]


@pytest.mark.skipif(os.geteuid() == 0, reason="root may read everything")
def test_files_without_permission_are_named(make_folder):
    source = make_folder("s", 2)
    (source / "001.png").chmod(0)
    report = check_images(source, make_folder("t", 1))
    assert "Permission denied" in report.source.unreadable[1]


def test_folder_that_cannot_be_listed_is_an_error(make_folder, monkeypatch):
    source = make_folder("s", 1)
    target = make_folder("t", 1)

    def refuse(path):
        raise PermissionError(13, "Permission denied", str(path))

    monkeypatch.setattr(os, "scandir", refuse)
    with pytest.raises(PermissionError, match="Permission denied"):
        check_images(source, target)


def test_named_pipes_do_not_make_the_check_wait(make_folder):
    source = make_folder("s", 1)
    os.mkfifo(source / "pipe.png")
    report = check_images(source, make_folder("t", 1), thorough=True)
    assert report.source.checked == 1


def test_shipped_photographs_are_all_fine_and_attributed():
    source, target = sample_photos()
    report = check_images(source, target, crop_size=256, thorough=True)
    assert report.problems == report.warnings == []
    assert report.source.channels == {3: 11}
    assert report.target.channels == {3: 9}
    attribution = (source.parent / "ATTRIBUTION.md").read_text()
    for folder in (source, target):
        for path in folder.iterdir():
            assert f"- {folder.name}/{path.name} " in attribution


def test_transparency_that_training_does_not_see_is_told(make_folder):
    source, target = make_folder("s", 2), make_folder("t", 3)
    hidden = np.zeros((20, 30, 4), "uint8")
    Image.fromarray(hidden).save(source / "cut_out.png")
    (warning,) = check_images(source, target).warnings
    assert "of 1 images such as" in warning and "cut_out.png" in warning
