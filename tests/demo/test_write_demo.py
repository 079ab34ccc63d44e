"""What is written, for which models, and what is refused."""

import json
import sys
import warnings

import numpy as np
import pytest
from folders import contents
from PIL import Image

from semst_tf.demo.write_demo import write_demo
from semst_tf.export.parity import Parity
from semst_tf.export.parity import beside
from semst_tf.export.write_litert import load_litert
from semst_tf.networks import ResNetGenerator
from semst_tf.networks.weights_hash import weights_hash

pytest.importorskip("ai_edge_litert")

SIZES = ((16, 24),)
MODULE = sys.modules["semst_tf.demo.write_demo"]


@pytest.fixture(scope="module")
def network():
    return ResNetGenerator(filters=4, blocks=1, seed=0)


@pytest.fixture(scope="module", autouse=True)
def small_runtime():
    """No page is opened here, so that no runtime is needed."""
    with pytest.MonkeyPatch.context() as patch:
        files = {"index.js": b"// runtime"}
        patch.setattr(MODULE, "browser_runtime", lambda place: files)
        yield


@pytest.fixture(scope="module")
def folder(network, tmp_path_factory, small_runtime):
    folder = tmp_path_factory.mktemp("demo") / "new" / "site"
    return write_demo(network, folder, SIZES, title="Summer <to> winter")


@pytest.fixture
def no_export(monkeypatch):
    """Exports nothing, which takes seconds."""

    def litert(network, path, *arguments, **keywords):
        for place in (path, beside(path)):
            place.write_text("exported")
        warnings.warn("Scale and clip outside of it.", stacklevel=2)
        return Parity(0.0, 0.0, 99.0, 1)

    monkeypatch.setattr(MODULE, "litert", litert)


def test_the_description_says_what_is_there(folder, network):
    described = json.loads((folder / "demo.json").read_text())
    files = {n for n, content in contents(folder).items() if content}
    assert set(described["files"]) == files
    assert {"index.html", "litert/LICENSE.txt", "sample.jpg"} <= files
    assert described["title"] == "Summer <to> winter"
    assert described["weights_sha256"] == weights_hash(network)
    assert described["input"] == {"channels": 3, "range": [0, 255]}
    (model,) = described["models"]
    assert (model["height"], model["width"]) == SIZES[0]
    assert model["parity"]["maximum"] <= 0.05


def test_the_translator_is_that_of_the_model(folder, network):
    exported = load_litert(folder / "models" / "16x24.tflite")
    images = np.random.default_rng(0).uniform(-1, 1, (1, 16, 24, 3))
    images = images.astype("float32")
    np.testing.assert_allclose(
        exported.translate(images), network(images), atol=5e-3
    )


def test_others_may_read_what_is_written(folder):
    assert folder.stat().st_mode & 0o055 == 0o055
    for path in folder.rglob("*"):
        assert path.stat().st_mode & 0o044 == 0o044


def test_nothing_else_is_left_beside_it(folder):
    assert [path.name for path in folder.parent.iterdir()] == ["site"]


def test_value_ranges_and_the_sample_are_taken_over(
    network, tmp_path, no_export
):
    grey = ResNetGenerator(
        filters=4, blocks=1, input_channels=1, output_channels=1
    )
    grey.value_range, grey.target_value_range = (16.0, 235.0), (0.0, 200.0)
    sample = tmp_path / "mine.PNG"
    Image.new("L", (9, 7)).save(sample)
    folder = tmp_path / "site"
    with warnings.catch_warnings():
        # Whoever reads them would scale what the page scales already.
        warnings.simplefilter("error")
        write_demo(grey, folder, SIZES, "float32", sample=sample, verbose=False)
    described = json.loads((folder / "demo.json").read_text())
    assert described["input"] == {"channels": 1, "range": [16, 235]}
    assert described["output"] == {"channels": 1, "range": [0, 200]}
    assert described["sample"] == {"file": "sample.png", "credit": None}
    assert (folder / "sample.png").read_bytes() == sample.read_bytes()
    # And over it that of another model.
    write_demo(network, folder, SIZES, verbose=False)
    assert not (folder / "sample.png").exists()
    assert (folder / "sample.jpg").exists()


def bands(**channels):
    return ResNetGenerator(filters=4, blocks=1, **channels)


def refused(tmp_path, model, words, **arguments):
    arguments = {"sizes": SIZES, **arguments}
    before = contents(tmp_path)
    with pytest.raises(ValueError, match=f"{words}.*Received"):
        write_demo(model, tmp_path / "site", verbose=False, **arguments)
    assert contents(tmp_path) == before


@pytest.mark.parametrize(
    "channels", [{"input_channels": 4}, {"output_channels": 2}]
)
def test_channels_that_no_browser_shows_are_refused(tmp_path, channels):
    refused(tmp_path, bands(**channels), "1 or 3 channels")


def test_values_that_no_browser_has_are_refused(tmp_path):
    model = bands()
    model.value_range = (-1000.0, 2060.0)
    refused(tmp_path, model, "8 bits")


@pytest.mark.parametrize(
    ("words", "arguments"),
    [
        ("sizes", {"sizes": ()}),
        ("sizes", {"sizes": ((8, 8), (8, 8))}),
        ("size", {"sizes": ((8, 0),)}),
        ("precision", {"precision": "int8"}),
    ],
)
def test_wrong_arguments_write_nothing(tmp_path, network, words, arguments):
    refused(tmp_path, network, words, **arguments)


def test_a_sample_that_no_browser_shows_is_refused(tmp_path, network):
    Image.new("L", (9, 7)).save(tmp_path / "a.tif")
    refused(tmp_path, network, "JPEG, PNG", sample=tmp_path / "a.tif")
    (tmp_path / "b.png").write_text("no image")
    before = contents(tmp_path)
    with pytest.raises((ValueError, OSError)):
        write_demo(network, tmp_path / "site", SIZES, sample=tmp_path / "b.png")
    assert contents(tmp_path) == before


def test_what_is_no_demo_is_not_replaced(tmp_path, network):
    (tmp_path / "site").mkdir()
    (tmp_path / "site" / "thesis.txt").write_text("precious")
    refused(tmp_path, network, "something else")
