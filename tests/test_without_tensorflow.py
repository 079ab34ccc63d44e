import shutil

import keras
import pytest
from backends import NO_TENSORFLOW
from backends import needs_jax
from backends import run_on
from folders import contents
from folders import write_images
from labelled_streets import write_streets
from small import SMALL

from semst_tf.storage.loss_history import read_history

pytestmark = [needs_jax, pytest.mark.slow]

SETTINGS = {
    **SMALL,
    "data.crop_size": 24,
    "data.resize": "",
    "data.matching": "efficientnet_lite0/stride_16",
    "training.steps": 4,
    "training.ema_decay": 0.5,
}

SCRIPT = """
import runpy
import sys

sys.path.insert(0, "../experiments")
sys.argv[:1] = []
runpy.run_path(sys.argv[0], run_name="__main__")
"""

REST = """
import pathlib
import numpy as np
import semst_tf
from semst_tf.loading.load_translator import load_translator
from semst_tf.inference.translate import translate

folder = pathlib.Path(sys.argv[1])
network = load_translator(folder / "run")
image = folder / "source" / "0.png"
translated = translate(network, str(image))
assert translated.shape == (34, 40, 3) and translated.dtype == np.uint8

images = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 3))
metrics = (
    semst_tf.metrics.StructuralSimilarity(),
    semst_tf.metrics.PeakSignalToNoiseRatio(),
    semst_tf.metrics.ImageRootMeanSquaredError(),
)
for metric in metrics:
    metric.update_state(images, 0.5 * images)
    print(metric.name, float(metric.result()))

def refused(function, word):
    try:
        function()
    except ImportError as error:
        assert word in str(error), error
    else:
        raise AssertionError(word)

refused(lambda: network.export(folder / "plain"), "")
refused(lambda: semst_tf.export, "TensorFlow")
model = semst_tf.SemST.from_preset("tiny")
refused(lambda: model.export(folder / "exported"), "TensorFlow")
refused(lambda: semst_tf.data.ImageCollection("tfds:x/y"), "tensorflow")
assert "tensorflow" not in sys.modules
"""


def train(folder, run, backend="jax", before=NO_TENSORFLOW):
    """Trains by the script, with samples, validation and checkpoints."""
    arguments = [
        "../experiments/train.py",
        "--preset=tiny_multiscale",
        f"--source={folder / 'source'}",
        f"--target={folder / 'target'}",
        f"--workdir={folder / run}",
        "--interval=2",
        "--checkpoint_every=2",
        "--sample_every=2",
        f"--validate_source={folder / 'streets' / 'images'}",
        f"--validate_labels={folder / 'streets' / 'labels'}",
        "--validate_every=2",
        *(f"--set={name}={value}" for name, value in SETTINGS.items()),
    ]
    return run_on(backend, before + SCRIPT, *arguments)


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with images and a short run, and what it printed."""
    folder = tmp_path_factory.mktemp("plain")
    write_images(folder / "source")
    write_images(folder / "target")
    write_streets(folder / "streets", count=1, size=(64, 128))
    return folder, train(folder, "run")


def stopped_half_way(folder, run):
    """A copy of the run as it was after its first checkpoint."""
    shutil.copytree(folder / "run", folder / run)
    for name in (
        "model.keras",
        "best.keras",
        "checkpoints/step_00000004.keras",
        "samples/step_00000004.png",
    ):
        (folder / run / name).unlink()
    return folder / run


def scores(run):
    """The rows of the loss curves, without the time that they took."""
    rows = read_history(run / "metrics.json")
    return [{**row, "seconds": None} for row in rows]


def test_the_training_script_writes_everything_but_tensorboard(trained):
    folder, printed = trained
    assert "no TensorBoard files" in printed
    run = folder / "run"
    assert (run / "model.keras").exists()
    assert (run / "best.keras").exists()
    assert [row["step"] for row in scores(run)] == [2, 4]
    assert all(0 <= row["val_miou"] <= 1 for row in scores(run))
    names = [path.name for path in sorted((run / "samples").iterdir())]
    assert names == ["step_00000002.png", "step_00000004.png"]


def test_a_stopped_training_goes_on_to_the_same_bits(trained):
    folder, _ = trained
    again = stopped_half_way(folder, "again")
    train(folder, "again")
    once, twice = (
        keras.saving.load_model(run / "model.keras").get_weights()
        for run in (folder / "run", again)
    )
    assert all((a == b).all() for a, b in zip(once, twice, strict=True))
    assert scores(again) == scores(folder / "run")
    samples = (contents(run / "samples") for run in (folder / "run", again))
    assert next(samples) == next(samples)


def test_a_run_goes_on_with_tensorflow(trained):
    folder, _ = trained
    run = stopped_half_way(folder, "elsewhere")
    train(folder, "elsewhere", backend="tensorflow", before="")
    assert [row["step"] for row in scores(run)] == [2, 4]
    assert (run / "model.keras").exists()


def test_the_translating_script_works(trained):
    folder, _ = trained
    arguments = [
        "../experiments/translate.py",
        f"--model={folder / 'run'}",
        f"--input={folder / 'source'}",
        f"--output={folder / 'translated'}",
    ]
    run_on("jax", NO_TENSORFLOW + SCRIPT, *arguments)
    names = [path.name for path in sorted((folder / "translated").iterdir())]
    assert names == ["0.png", "1.png", "2.png"]


def test_translating_and_metrics_work_and_the_rest_says_what_it_needs(trained):
    folder, _ = trained
    printed = run_on("jax", NO_TENSORFLOW + REST, folder)
    assert "structural_similarity" in printed


def test_importing_the_package_does_not_load_tensorflow():
    run_on(
        "jax",
        "import sys, semst_tf; assert 'tensorflow' not in sys.modules",
    )
