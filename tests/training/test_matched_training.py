"""Trainings whose target crops are chosen by what source crops show."""

import contextlib
import io

import keras
import numpy as np
import pytest
from folders import write_images
from small import small_config

from semst_tf.training.training_run import TrainingRun

FEATURE = "efficientnet_lite0/stride_8"


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    root = tmp_path_factory.mktemp("images")
    write_images(root / "source", count=3)
    write_images(root / "target", count=2, size=(40, 33))
    return root


def train(workdir, images, overrides=(), **options):
    """Trains; returns the run, its model and what was printed."""
    config = small_config(
        "tiny",
        **{
            "contrastive.identity": False,
            "structure.weight": 0.0,
            "texture.weight": 0.0,
            "tone.weight": 0.0,
            "data.crop_size": "16x24",
            "data.resize": "",
            "data.batch_size": 2,
            "data.matching": FEATURE,
            "data.matching_neighbours": 3,
            "training.steps": 4,
            **dict(overrides),
        },
    )
    run = TrainingRun(
        workdir,
        config,
        images / "source",
        images / "target",
        interval=2,
        checkpoint_every=2,
        sample_every=4,
        **options,
    )
    printed = io.StringIO()
    with contextlib.redirect_stdout(printed):
        model = run.train()
    return run, model, printed.getvalue()


@pytest.fixture(scope="module")
def trained(images, tmp_path_factory):
    return train(tmp_path_factory.mktemp("runs") / "run", images)


def test_the_index_is_built_once_and_training_goes_on_to_the_same_bits(
    trained, images
):
    run, model, printed = trained
    assert "describing crops" in printed
    index = run.workdir / "crop_index.npz"
    written = index.stat().st_mtime_ns
    (run.workdir / "model.keras").unlink()
    (run.workdir / "checkpoints" / "step_00000004.keras").unlink()
    _, again, printed = train(run.workdir, images)
    assert "continuing at step 2" in printed
    assert "describing crops" not in printed
    assert index.stat().st_mtime_ns == written
    for value, expected in zip(again.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(value, expected)


def test_training_reads_the_matched_crops(trained):
    run, _, _ = trained
    example = run.images.examples(1)[1]
    sampler = run.images.sampler()
    np.testing.assert_array_equal(
        example["target"][1], sampler.crop("target", 3)
    )
    assert sampler.matching is not None
    assert sampler.matching.neighbours.shape == (3 * 4 * 3, 3)


def test_two_replicas_train_on_the_crops_of_one(trained, images, tmp_path):
    _, model, _ = trained
    _, both, _ = train(tmp_path / "two", images, devices="cpu:2")
    for one, two in zip(model.get_weights(), both.get_weights()):
        np.testing.assert_allclose(one, two, atol=2e-3)


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"data.matching": "vgg"}, "named by its network"),
        ({"data.matching": "vgg/stride_8"}, "frozen network is one of"),
        ({"data.matching": "efficientnet_lite0/8"}, "no features of this"),
        ({"data.matching_neighbours": 99}, "`data.matching_neighbours`"),
        ({"data.matching_neighbours": 0}, "must be positive"),
        ({"data.crop_size": 40}, "smaller than"),
        ({"data.matched_crops": True}, "set one of them"),
    ],
)
def test_what_cannot_be_matched_is_one_line_and_leaves_nothing(
    images, tmp_path, overrides, message
):
    with pytest.raises(ValueError, match=message) as raised:
        train(tmp_path / "run", images, overrides)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "run").exists()


def test_an_image_that_is_left_out_is_not_in_the_index(images, tmp_path):
    write_images(tmp_path / "source", count=3)
    (tmp_path / "source" / "1.png").write_bytes(b"no image")
    write_images(tmp_path / "target", count=2)
    run, _, _ = train(
        tmp_path / "run", tmp_path, {"training.steps": 2}, skip_bad=True
    )
    assert len(run.images.sampler().matching.source_sizes) == 2
    assert keras.saving.load_model(tmp_path / "run" / "model.keras")


def test_the_preset_matches_crops_and_places_by_frozen_features(
    images, tmp_path
):
    config = small_config(
        "semst_matched",
        **{
            "data.crop_size": 16,
            "data.resize": "",
            "data.batch_size": 2,
            "training.steps": 1,
        },
    )
    matching = config.data.matching, config.adversarial.matching
    assert matching == 2 * ("efficientnet_lite0/stride_16",)
    run = TrainingRun(
        tmp_path / "run", config, images / "source", images / "target"
    )
    run.train()
    assert run.images.sampler().matching is not None
