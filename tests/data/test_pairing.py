"""Which file belongs to which image, and when that cannot be told."""

import pytest

from semst_tf.data.pairing import image_name
from semst_tf.data.pairing import pair_names


def test_equal_names_in_subfolders_keep_to_their_subfolder():
    names = ["a/1.png", "b/1.png", "1.png"]
    partners = ["b/1.jpg", "1.bmp", "a/1.tif"]
    assert pair_names(names, partners, "label") == [2, 0, 1]


def test_a_name_that_is_there_once_may_lie_in_another_subfolder():
    assert pair_names(["a/1.png", "2.png"], ["x/2.png", "1.png"], "label") == [
        1,
        0,
    ]


def test_the_order_of_files_does_not_decide_between_two():
    with pytest.raises(ValueError, match=r"Received: x/1\.png and y/1\.png"):
        pair_names(["1.png"], ["x/1.png", "y/1.png"], "label")


def test_two_files_that_differ_in_their_suffix_are_ambiguous():
    with pytest.raises(ValueError, match=r"1\.bmp and 1\.png for 1\.jpg"):
        pair_names(["1.jpg"], ["1.bmp", "1.png"], "label")


def test_two_images_never_share_a_label():
    with pytest.raises(ValueError, match=r"a/1\.png and b/1\.png for 1\.png"):
        pair_names(["a/1.png", "b/1.png"], ["1.png"], "label")


def test_a_label_that_has_its_image_is_not_lent_to_another():
    with pytest.raises(ValueError, match=r"no label for 1 of 2 .*b/1\.png"):
        pair_names(["a/1.png", "b/1.png"], ["a/1.png"], "label", place="there")


def test_missing_partners_are_counted_and_the_first_named():
    names = [f"{number}.png" for number in range(9)]
    with pytest.raises(
        ValueError, match=r"no label for 8 of 9 images in L: 1\.png, 2\.png"
    ):
        pair_names(names, ["0.png"], "label", place="L")


def test_endings_are_named_only_where_somebody_can_set_them():
    with pytest.raises(ValueError, match=r"name is there once\. Received"):
        pair_names(["1.png"], [], "teacher image")
    with pytest.raises(ValueError, match="`source_label_endings` names"):
        pair_names(["1.png"], [], "label", option="source_label_endings")


def test_endings_of_images_and_labels_do_not_count():
    endings = ("_leftImg8bit", "_gtFine_labelIds")
    names = ["aachen/1_leftImg8bit.png", "bonn/1_leftImg8bit.png"]
    partners = [
        f"{town}/1_gtFine_{kind}.png"
        for town in ("aachen", "bonn")
        for kind in ("color", "instanceIds", "labelIds")
    ]
    assert pair_names(names, partners, "label", endings) == [2, 5]


def test_an_image_in_the_folder_of_labels_is_not_its_own_label():
    endings = ("_img", "_ids")
    names, partners = ["7_img.png"], ["7.png", "7_ids.png", "7_img.png"]
    assert pair_names(names, partners, "label", endings) == [1]
    with pytest.raises(ValueError, match="no label for 1 of 2"):
        pair_names(["7_img.png", "8_img.png"], partners, "label", endings)


def test_true_images_may_have_the_ending_of_the_images():
    endings = ("_img", "_ids")
    assert pair_names(["7_img.png"], ["7_img.jpg"], "image", endings) == [0]
    assert pair_names(["7_img.png"], ["7.jpg"], "image", endings) == [0]


def test_dots_in_names_are_part_of_them():
    names = ["frame.0001.png", "frame.0002.png"]
    assert pair_names(names, names[::-1], "label") == [1, 0]
    assert pair_names(["frame.0001"], ["frame.0001.png"], "label") == [0]


def test_absolute_paths_count_from_their_common_folder():
    names = ["/data/images/a/1.png", "/data/images/b/1.png"]
    assert pair_names(names, ["b/1.png", "a/1.png"], "label") == [1, 0]


def test_files_of_another_ending_are_no_images():
    assert image_name("a/7_img.png", ["_img", "_ids"]) == "a/7"
    assert image_name("a/7_ids.png", ["_img", "_ids"]) is None
    assert image_name("a/7_ids.png") == "a/7_ids"


def test_a_name_that_another_label_has_too_decides_nothing():
    with pytest.raises(ValueError, match=r"a/1\.png and c/1\.png for b/1"):
        pair_names(["a/1.png", "b/1.png"], ["a/1.png", "c/1.png"], "label")


def test_both_ways_to_write_an_accent_are_one_name():
    composed, decomposed = "caf\u00e9/\u00fc.png", "cafe\u0301/u\u0308.png"
    assert pair_names([composed], [decomposed], "label") == [0]
    with pytest.raises(ValueError, match="here are 2"):
        pair_names([composed], [composed, decomposed], "label")


def test_photographs_of_phones_have_labels():
    assert pair_names(["1.HEIC", "2.avif"], ["2.png", "1.png"], "label") == [
        1,
        0,
    ]
