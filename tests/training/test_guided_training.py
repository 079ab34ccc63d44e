"""Trainings that read more than two folders of images."""

import contextlib
import io
import json
import shutil

import numpy as np
import pytest
from folders import write_images
from PIL import Image
from small import small_config

from semst_tf.storage.loss_history import read_history
from semst_tf.training.training_run import TrainingRun


@pytest.fixture(scope="module")
def images(tmp_path_factory):
    root = tmp_path_factory.mktemp("images")
    write_images(root / "source", count=3)
    write_images(root / "target", count=2)
    write_images(root / "pairs" / "source", count=3)
    write_images(root / "pairs" / "target", count=3)
    (root / "masks").mkdir()
    for number in range(3):
        # An upper half, of which much is in every crop.
        mask = np.zeros((34, 40), "uint8")
        mask[: 14 + number] = 255
        Image.fromarray(mask).save(root / "masks" / f"{number}.png")
    for name, count in (("source", 3), ("target", 2)):
        (root / f"{name}_labels").mkdir()
        for number in range(count):
            labels = np.full((34, 40), 2 + number, "uint8")
            labels[:, :20] = 0
            Image.fromarray(labels).save(
                root / f"{name}_labels" / f"{number}.png"
            )
    return root


def training(workdir, images, overrides=(), **options):
    config = small_config(
        "cut",
        **{
            "contrastive.weight": 0.0,
            "contrastive.identity": False,
            "data.crop_size": "16x24",
            "data.resize": "",
            "data.batch_size": 2,
            "data.paired": f"{images}/pairs",
            "data.paired_limit": 2,
            "data.keep": f"{images}/masks",
            "data.keep_border": 2,
            "data.source_labels": f"{images}/source_labels",
            "data.target_labels": f"{images}/target_labels",
            "data.matching": "labels",
            "discriminator.labels": True,
            "training.steps": 4,
            **dict(overrides),
        },
    )
    return TrainingRun(
        workdir,
        config,
        images / "source",
        images / "target",
        **{
            "interval": 2,
            "checkpoint_every": 2,
            "sample_every": 4,
            **options,
        },
    )


def train(*arguments, **options):
    """Trains; returns the run, its model and what was printed."""
    run, printed = training(*arguments, **options), io.StringIO()
    with contextlib.redirect_stdout(printed):
        model = run.train()
    return run, model, printed.getvalue()


@pytest.fixture(scope="module")
def trained(images, tmp_path_factory):
    return train(tmp_path_factory.mktemp("runs") / "run", images)


def test_pairs_are_trained_on_and_said_before_the_first_step(trained, images):
    run, _, printed = trained
    assert f"pairs: 2, of {images}/pairs/source" in printed
    rows = read_history(run.workdir / "metrics.json")
    assert all(row["paired"] > 0 for row in rows)
    description = json.loads((run.workdir / "config.json").read_text())
    assert "2 images" in description["guide_images"]["paired"]
    assert "kept: 44.1% of the source, by the masks of" in printed
    assert "3 images" in description["guide_images"]["keep"]
    assert "source labels: road 50 %, building 17 %" in printed


def test_samples_hold_what_is_kept(trained, images):
    run, _, _ = trained
    sampling = run._callbacks(None).sampling()
    sampling.set_model(trained[1])
    sampling.write()
    for number, translation in enumerate(sampling.translations):
        image = run.images.source.load(number)
        kept = slice(0, 14 + number)
        np.testing.assert_array_equal(translation[kept], image[kept])
        assert (translation[20:] != image[20:]).any()


def test_it_goes_on_to_the_same_bits_also_with_pairs_at_another_place(
    trained, images, tmp_path
):
    run, model, _ = trained
    workdir = tmp_path / "run"
    shutil.copytree(run.workdir, workdir)
    shutil.copytree(images / "pairs", tmp_path / "moved")
    shutil.copytree(images / "masks", tmp_path / "moved masks")
    shutil.copytree(images / "source_labels", tmp_path / "moved labels")
    (workdir / "model.keras").unlink()
    (workdir / "checkpoints" / "step_00000004.keras").unlink()
    _, again, printed = train(
        workdir,
        images,
        {
            "data.paired": f"{tmp_path}/moved",
            "data.keep": f"{tmp_path}/moved masks",
            "data.source_labels": f"{tmp_path}/moved labels",
        },
    )
    assert "config.data.paired: " in printed
    for value, expected in zip(again.get_weights(), model.get_weights()):
        np.testing.assert_array_equal(value, expected)


def test_other_pairs_are_another_training(trained, images, tmp_path):
    run, _, _ = trained
    shutil.copytree(images / "pairs", tmp_path / "pairs")
    (tmp_path / "pairs" / "target" / "0.png").write_bytes(
        (images / "pairs" / "target" / "1.png").read_bytes()
    )
    for pairs in (f"{tmp_path}/pairs", None):
        changed = {"data.paired": pairs}
        if pairs is None:
            changed["data.paired_limit"] = None
        with pytest.raises(ValueError, match="guide_images.paired"):
            training(run.workdir, images, changed).train()


def test_two_replicas_train_on_the_pairs_of_one(trained, images, tmp_path):
    _, model, _ = trained
    _, both, _ = train(tmp_path / "two", images, devices="cpu:2")
    for one, two in zip(model.get_weights(), both.get_weights()):
        np.testing.assert_allclose(one, two, atol=2e-3)


def test_a_mask_that_keeps_everything_is_told_before_the_first_step(
    images, tmp_path
):
    shutil.copytree(images / "masks", tmp_path / "masks")
    Image.new("L", (40, 34), 255).save(tmp_path / "masks" / "1.png")
    with pytest.raises(ValueError, match="1.png, which keeps everything"):
        train(tmp_path / "run", images, {"data.keep": f"{tmp_path}/masks"})
    assert not (tmp_path / "run").exists()


def test_a_mask_of_an_image_that_is_left_out_is_not_used(images, tmp_path):
    shutil.copytree(images / "source", tmp_path / "source")
    (tmp_path / "source" / "0.png").write_bytes(b"no image")
    for name in (
        "target",
        "pairs",
        "masks",
        "source_labels",
        "target_labels",
    ):
        (tmp_path / name).symlink_to(images / name)
    run = training(tmp_path / "run", tmp_path, skip_bad=True)
    run.images.read_guides(run.workdir, run.workdir)
    sampler = run.images.sampler()
    assert len(sampler.source) == 2
    assert sampler._guides["source_labels"].load(0)[0, 30] == 3
    np.testing.assert_array_equal(
        (sampler._guides["keep"].load(0) == 255)[:, 0, 0],
        np.arange(34) < 15,
    )


def test_crops_are_matched_by_their_classes(trained):
    run, _, _ = trained
    sampler = run.images.sampler()
    assert sampler.matching is not None
    for index in range(8):
        example = sampler.example(index)
        shares = [
            np.mean(example[f"{domain}_labels"] == 0)
            for domain in ("source", "target")
        ]
        assert abs(shares[0] - shares[1]) <= 0.5


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"data.source_labels": None}, "`discriminator.labels` needs"),
        (
            {"data.target_labels": None, "discriminator.labels": False},
            "`data.matching` needs",
        ),
        (
            {"discriminator.labels": False, "data.matching": None},
            "would not be used",
        ),
    ],
)
def test_labels_that_do_not_fit_are_one_line_and_leave_nothing(
    images, tmp_path, overrides, message
):
    with pytest.raises(ValueError, match=message) as raised:
        train(tmp_path / "run", images, overrides)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "run").exists()


def test_an_unknown_class_is_told_before_the_first_step(images, tmp_path):
    labels = tmp_path / "labels"
    shutil.copytree(images / "target_labels", labels)
    Image.new("L", (40, 34), 99).save(labels / "1.png")
    message = "`data.target_labels`: .*1.png.*label 99"
    with pytest.raises(ValueError, match=message) as raised:
        train(tmp_path / "run", images, {"data.target_labels": f"{labels}"})
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "run").exists()


@pytest.mark.parametrize(
    ("overrides", "message"),
    [
        ({"data.paired_limit": 9}, "which is 3. Received: 9"),
        ({"data.target_resize": "short:50"}, "of one size once `data.resize`"),
        ({"data.paired": None, "data.paired_limit": None}, "`data.paired`"),
    ],
)
def test_pairs_that_do_not_fit_are_one_line_and_leave_nothing(
    images, tmp_path, overrides, message
):
    overrides = {"paired.weight": 1.0, **overrides}
    with pytest.raises(ValueError, match=message) as raised:
        train(tmp_path / "run", images, overrides)
    assert "\n" not in str(raised.value)
    assert not (tmp_path / "run").exists()
