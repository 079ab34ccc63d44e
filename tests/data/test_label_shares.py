"""A label space that does not fit is seen in the shares of classes."""

import numpy as np

from semst_tf.data.label_shares import LabelShares


def shares(space, **counts):
    numbers = LabelShares(space)
    for number, count in counts.items():
        numbers.add(np.full(count, int(number[1:]), "uint8"))
    return numbers


def test_a_street_is_plausible_and_is_printed_by_class():
    street = shares("cityscapes_train_ids", _0=50, _10=30, _13=18, _255=2)
    assert street.doubt() is None
    assert str(street) == "road 50 %, sky 30 %, car 18 %, ignored 2 %"
    assert street.classes == [0, 10, 13]


def test_almost_all_pixels_of_one_class_are_doubted():
    doubt = shares("camvid", _0=97, _3=3).doubt()
    assert doubt.startswith("97% of the pixels are sky")


def test_the_space_in_which_the_numbers_make_sense_is_named():
    # Numbers of training classes, most of which are void as Cityscapes' own.
    numbers = {"_0": 35, "_2": 30, "_10": 20, "_8": 15}
    doubt = shares("cityscapes_ids", **numbers).doubt()
    assert "85% of the pixels are ignored" in doubt
    assert "'cityscapes_train_ids': road 35 %" in doubt


def test_label_colours_are_counted_as_classes():
    classes = shares("cityscapes_palette", _0=1, _255=99)
    assert classes.as_dict() == {"ignored": 0.99, "road": 0.01}
    assert "99% of the pixels are ignored" in classes.doubt()


def test_nothing_counted_is_no_doubt():
    assert LabelShares("camvid").doubt() is None
