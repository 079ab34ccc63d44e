"""Continuing equals never having stopped, also where that is not obvious."""

import shutil

import keras
import numpy as np
import pytest
from fault_kit import fill
from fault_kit import state
from small import small_config

from semst_tf.training.training_run import TrainingRun

if keras.backend.backend() != "tensorflow":
    pytest.skip("trains with TensorFlow", allow_module_level=True)


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    return fill(tmp_path_factory.mktemp("images"))


@pytest.mark.slow
@pytest.mark.parametrize(
    ("preset", "fields", "options"),
    [
        ("cut", {}, {"devices": "cpu:2"}),
        # Its first steps do not fit the range and are left out: more batches
        # than steps.
        pytest.param(
            "cut",
            {"training.accumulation": 2},
            {"dtype": "mixed_float16"},
            marks=pytest.mark.compiled,
        ),
        ("tiny_multiscale", {"texture.weight": 0.0}, {}),
        pytest.param(
            "semst_multiscale",
            {"training.accumulation": 2},
            {"devices": "cpu:2", "dtype": "mixed_bfloat16"},
            marks=[pytest.mark.soak, pytest.mark.compiled],
        ),
    ],
)
def test_a_continued_training_ends_with_the_same_bits(
    images, tmp_path, preset, fields, options
):
    config = small_config(
        preset,
        **{
            "contrastive.identity": False,
            "data.crop_size": 32,
            "data.resize": "",
            "data.batch_size": 4 if "devices" in options else 2,
            "training.steps": 2,
            "training.ema_decay": 0.9,
            **fields,
        },
    )

    def train(workdir):
        TrainingRun(
            workdir,
            config,
            images / "source",
            images / "target",
            interval=1,
            checkpoint_every=1,
            sample_every=100,
            keep_checkpoints=9,
            **options,
        ).train()
        return state(workdir / "model.keras")

    whole, continued = tmp_path / "whole", tmp_path / "continued"
    expected, position = train(whole)
    shutil.copytree(whole, continued)
    (continued / "model.keras").unlink()
    (continued / "checkpoints" / "step_00000002.keras").unlink()
    arrays, same_position = train(continued)
    assert same_position == position
    assert set(arrays) == set(expected)
    for name, array in arrays.items():
        np.testing.assert_array_equal(array, expected[name], err_msg=name)
