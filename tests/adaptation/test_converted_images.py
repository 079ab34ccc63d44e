"""Baselines as data sets: pixels change, names and labels stay."""

import numpy as np
import pytest
from labelled_streets import write_streets

from semst_tf.adaptation import LabelledImages
from semst_tf.adaptation import TargetImages
from semst_tf.adaptation.converted_images import BASELINES


@pytest.mark.parametrize("baseline", list(BASELINES))
def test_a_baseline_keeps_names_and_labels_and_takes_the_tone(
    baseline, tmp_path
):
    streets = write_streets(tmp_path / "source", count=3)
    source = LabelledImages(
        streets / "images", streets / "labels", "cityscapes_train_ids"
    )
    folder = write_streets(tmp_path / "target", count=2) / "images"
    target = TargetImages(folder, "24x24")
    bright = target.image
    target.image = lambda index: bright(index) // 4 + 180
    _, convert = BASELINES[baseline]
    found = convert(source, target, tmp_path / "out")
    assert found.names == source.names
    for index in range(3):
        np.testing.assert_array_equal(found.label(index), source.label(index))
        assert found.image(index).shape == source.image(index).shape
        assert found.image(index).mean() > source.image(index).mean() + 20
    again = convert(source, target, tmp_path / "out")
    np.testing.assert_array_equal(again.image(1), found.image(1))
