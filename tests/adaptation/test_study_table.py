"""The table against numbers that were worked out by hand."""

from semst_tf.adaptation import adaptation_table


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
