"""Fields of labels: which classes there are, and what does not fit."""

import pytest

from semst_tf import SemSTConfig


def config(**fields):
    return SemSTConfig().replace({f"data.{k}": v for k, v in fields.items()})


@pytest.mark.parametrize(
    ("fields", "classes"),
    [
        ({"source_labels": "a", "target_labels": "predicted"}, 19),
        ({"source_labels": "m.keras", "target_labels": "predicted"}, 19),
        (
            {
                "source_labels": "m.keras",
                "target_labels": "a",
                "target_label_space": "index",
                "label_classes": 5,
            },
            5,
        ),
        (
            {
                "source_labels": "a",
                "target_labels": "b",
                "source_label_space": "mask",
                "target_label_space": "mask",
            },
            2,
        ),
    ],
)
def test_classes_follow_from_what_labels_are(fields, classes):
    data = config(**fields).data
    assert data.classes == classes
    assert SemSTConfig.from_dict(config(**fields).to_dict()).data == data


def test_endings_are_split():
    data = config(source_label_endings="_leftImg8bit, _gtFine").data
    assert data.label_endings("source") == ("_leftImg8bit", "_gtFine")
    assert data.label_endings("target") == ()


@pytest.mark.parametrize(
    ("fields", "message"),
    [
        ({"source_labels": "a", "source_label_space": "index"}, "how many"),
        ({"source_labels": "a", "source_label_space": "x"}, "one of"),
        ({"source_labels": "a", "label_classes": 5}, "must be 19 or None"),
        (
            {
                "source_labels": "a",
                "source_label_space": "index",
                "target_labels": "b",
                "label_classes": 19,
            },
            "19 classes of your own and 19 classes of Cityscapes",
        ),
    ],
)
def test_labels_that_name_other_classes_are_refused(fields, message):
    with pytest.raises(ValueError, match=message):
        config(**fields)
