"""Folders with characters that TensorFlow takes for a glob."""

import shutil

import numpy as np
import pytest

from semst_tf import export
from semst_tf.export.parity import sample_images
from semst_tf.inference.translate import translate
from semst_tf.loading.load_translator import load_translator
from semst_tf.networks import ResNetGenerator
from semst_tf.storage.drop_summaries import read_events
from semst_tf.storage.summary_writer import summary_writer

ODD = ["street [1]", "a*b?", "{x,y}", "Straße Ω", "back\\slash"]


def test_a_saved_model_is_written_checked_and_read(network, image, tmp_path):
    place = tmp_path / "street [1]*? {x,y} Straße Ω \\" / "model"
    with pytest.warns(UserWarning, match="take a path for a glob.*Received"):
        export.saved_model(network, place, tile=16, overlap=4, verbose=False)
    samples = sample_images(3, (24, 32))
    export.verify(network, place, samples)
    given = translate(load_translator(place), image)
    expected = translate(network, image)
    assert np.abs(given.astype(int) - expected.astype(int)).max() <= 1


@pytest.mark.filterwarnings("ignore:.*for a glob")
def test_a_neighbour_that_the_glob_would_match_is_not_read(
    folder, tmp_path, image
):
    shutil.copytree(folder.parent, tmp_path / "m1")
    other = ResNetGenerator(filters=4, blocks=1, seed=1)
    place = tmp_path / "m[1]"
    export.saved_model(other, place, tile=16, overlap=4, verbose=False)
    given = translate(load_translator(place), image)
    expected = translate(other, image)
    assert np.abs(given.astype(int) - expected.astype(int)).max() <= 1


@pytest.mark.parametrize("name", ODD)
def test_a_keras_file_is_written_and_read(network, tmp_path, image, name):
    (tmp_path / name).mkdir()
    network.save(tmp_path / name / "model.keras")
    # A run directory, and the file itself.
    for place in (tmp_path / name, tmp_path / name / "model.keras"):
        given = translate(load_translator(place), image)
        np.testing.assert_array_equal(given, translate(network, image))


def test_litert_and_onnx_are_written_checked_and_read(network, tmp_path):
    folder = tmp_path / "street [1]*"
    folder.mkdir()
    samples = sample_images(3, (32, 32))
    pytest.importorskip("ai_edge_litert")
    export.litert(network, folder / "a b.tflite", size=(32, 32), verbose=False)
    export.verify(network, folder / "a b.tflite", samples)
    if pytest.importorskip("tf2onnx") and pytest.importorskip("onnxruntime"):
        export.onnx(network, folder / "a b.onnx", size=(32, 32), verbose=False)
        export.verify(network, folder / "a b.onnx", samples)


@pytest.mark.parametrize("name", ODD)
def test_tensorboard_files_are_written_and_read(tmp_path, name):
    import tensorflow as tf

    writer = summary_writer(tmp_path / name)
    with writer.as_default(step=3):
        tf.summary.scalar("loss", 2.0)
    writer.close()
    (path,) = (tmp_path / name).glob("*.tfevents.*")
    steps = [e.step for e in read_events(path) if e.HasField("summary")]
    assert steps == [3]
