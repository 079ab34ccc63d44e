"""The table against numbers that were worked out by hand."""

from semst_tf.adaptation import adaptation_table
from semst_tf.adaptation.study_table import summary_table


def cell(road, sky):
    return {
        "class_iou": {"road": road, "sky": sky, "car": None},
        "mean_iou": (road + sky) / 2,
        "pixel_accuracy": road,
    }


def rows(cells):
    text = adaptation_table({"scored_classes": ["road", "sky"], "cells": cells})
    return [
        [column.strip() for column in line.strip("|").split("|")]
        for line in text.splitlines()
    ]


def test_columns_are_mean_and_deviation_and_gains_are_paired():
    table = rows(
        {
            "untranslated": [cell(0.2, 0.5), cell(0.4, 0.5)],
            "translated": [cell(0.3, 0.4), cell(0.5, 0.4)],
        }
    )
    assert table[0] == ["IoU", "untranslated", "translated", "gain"]
    assert table[2:] == [
        ["road", "0.300 ± 0.141", "0.400 ± 0.141", "+0.100 ± 0.000"],
        ["sky", "0.500 ± 0.000", "0.400 ± 0.000", "-0.100 ± 0.000"],
        ["**mean IoU**", "0.400 ± 0.071", "0.400 ± 0.071", "+0.000 ± 0.000"],
        [
            "**pixel accuracy**",
            "0.300 ± 0.141",
            "0.400 ± 0.141",
            "+0.100 ± 0.000",
        ],
    ]


def test_one_seed_has_no_spread():
    table = rows({"untranslated": [cell(1, 0)], "translated": [cell(0, 0)]})
    assert table[2] == ["road", "1.000", "0.000", "-1.000"]


def test_pre_training_gains_over_fine_tuning_the_untranslated():
    table = rows(
        {
            "untranslated": [cell(0.1, 0.1)],
            "translated": [cell(0.2, 0.2)],
            "nothing, fine-tuned": [cell(0.3, 0.3)],
            "untranslated, fine-tuned": [cell(0.5, 0.5)],
            "translated, fine-tuned": [cell(0.8, 0.8)],
        }
    )
    assert table[0][-2:] == ["gain", "gain as pre-training"]
    assert table[2][-2:] == ["+0.100", "+0.300"]


def test_a_summary_has_a_row_for_each_way_and_gains_at_equal_seeds():
    cells = {
        "untranslated": [cell(0.2, 0.6), cell(0.4, 0.6)],
        "target labels": [cell(0.6, 0.8)],
    }
    lines = summary_table({"cells": cells}, "streets").splitlines()
    assert lines[2:] == [
        "| streets/untranslated | 2 | 0.450 ± 0.071 | 0.300 ± 0.141 |  |",
        "| streets/target_labels | 1 | 0.700 | 0.600 | +0.300 |",
    ]


def test_gains_are_left_out_where_nothing_was_translated():
    table = rows({"untranslated": [cell(0.2, 0.5)], "FDA": [cell(0.3, 0.4)]})
    assert table[0] == ["IoU", "untranslated", "FDA"]


def test_a_study_with_fourier_amplitudes_says_what_is_gained_over_them():
    def scores(*values):
        return [{"mean_iou": value, "pixel_accuracy": 0.5} for value in values]

    cells = {
        "untranslated": scores(0.4, 0.4),
        "FDA": scores(0.45, 0.5),
        "translated": scores(0.5, 0.53),
    }
    lines = summary_table({"cells": cells}, "streets").splitlines()
    assert lines[0].endswith("| mIoU above untranslated | mIoU above FDA |")
    assert lines[2].endswith("|  | -0.075 ± 0.035 |")
    assert lines[3].endswith("| +0.075 ± 0.035 |  |")
    assert lines[4].endswith("| +0.115 ± 0.021 | +0.040 ± 0.014 |")
