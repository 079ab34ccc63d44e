import pytest
from backends import NO_TENSORFLOW
from backends import needs_jax
from backends import run_on
from folders import write_pictures
from small import SMALL

pytestmark = [needs_jax, pytest.mark.slow]

SETTINGS = {
    **SMALL,
    "data.crop_size": 24,
    "data.resize": "",
    "optimizer.steps": 4,
    "optimizer.ema_decay": 0.5,
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
from semst_tf.load_translator import load_translator
from semst_tf.translate import translate

folder = pathlib.Path(sys.argv[1])
network = load_translator(folder / "run")
picture = folder / "source" / "0.png"
translated = translate(network, str(picture))
assert translated.shape == (34, 40, 3) and translated.dtype == np.uint8

pictures = np.random.default_rng(0).uniform(-1, 1, (2, 16, 16, 3))
metrics = (
    semst_tf.metrics.StructuralSimilarity(),
    semst_tf.metrics.PeakSignalToNoiseRatio(),
    semst_tf.metrics.RootMeanSquaredError(),
)
for metric in metrics:
    metric.update_state(pictures, 0.5 * pictures)
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


@pytest.fixture(scope="module")
def trained(tmp_path_factory):
    """A folder with pictures and a short run."""
    folder = tmp_path_factory.mktemp("plain")
    write_pictures(folder / "source")
    write_pictures(folder / "target")
    arguments = [
        "../experiments/train.py",
        "--preset=tiny",
        f"--source={folder / 'source'}",
        f"--target={folder / 'target'}",
        f"--workdir={folder / 'run'}",
        "--interval=2",
        "--checkpoint_every=2",
        "--sample_every=2",
        *(f"--set={name}={value}" for name, value in SETTINGS.items()),
    ]
    printed = run_on("jax", NO_TENSORFLOW + SCRIPT, *arguments)
    return folder, printed


def test_the_training_script_writes_everything_but_tensorboard(trained):
    folder, printed = trained
    assert "no TensorBoard files" in printed
    run = folder / "run"
    assert (run / "model.keras").exists()
    assert (run / "metrics.json").exists()
    names = [path.name for path in sorted((run / "samples").iterdir())]
    assert names == ["step_00000002.png", "step_00000004.png"]


def test_translating_and_metrics_work_and_the_rest_says_what_it_needs(trained):
    folder, _ = trained
    printed = run_on("jax", NO_TENSORFLOW + REST, folder)
    assert "structural_similarity" in printed


def test_importing_the_package_does_not_load_tensorflow():
    run_on(
        "jax",
        "import sys, semst_tf; assert 'tensorflow' not in sys.modules",
    )
