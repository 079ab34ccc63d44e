import json
import os
import subprocess
import sys

import numpy as np
import pytest
import tensorflow as tf
from absl import logging
from encoded_images import decoded
from encoded_images import encoded
from small import small_model
from tensorflow.core.protobuf import saved_model_pb2

from semst_tf import export
from semst_tf.export.write_saved_model import load_saved_model
from semst_tf.inference.translate import translate
from semst_tf.networks import ResNetGenerator

PLAIN_TENSORFLOW = """
import sys
sys.modules["semst_tf"] = None
sys.modules["keras"] = None
import numpy as np
import tensorflow as tf
model = tf.saved_model.load(sys.argv[1])
images = tf.constant(np.load(sys.argv[2]))
translated = model.signatures["serving_default"](images=images)
np.save(sys.argv[3], translated["images"])
"""


def as_bytes(loaded, files):
    signature = loaded.signatures["translate_image_bytes"]
    return signature(image_bytes=tf.constant(files))["image_bytes"].numpy()


def test_signatures_are_the_documented_ones(loaded):
    assert set(loaded.signatures) == {
        "serving_default",
        "translate_float",
        "translate_image_bytes",
        "translate_tiled",
    }


def test_pixels_equal_python(loaded, network, image):
    batch = np.stack([image, image[::-1]])
    translated = loaded.signatures["serving_default"](
        images=tf.constant(batch)
    )["images"].numpy()
    expected = translate(network, batch)
    assert translated.dtype == np.uint8 and translated.shape == batch.shape
    # A value may fall on the other side of a rounding boundary.
    difference = np.abs(translated.astype(int) - expected)
    assert difference.max() <= 1 and np.mean(difference > 0) < 1e-3


def test_no_gradients_are_stored(folder):
    # They were half of the graph, and of what loading it takes.
    saved = saved_model_pb2.SavedModel()
    saved.ParseFromString((folder / "saved_model.pb").read_bytes())
    library = saved.meta_graphs[0].graph_def.library
    names = [function.signature.name for function in library.function]
    assert any("translate_float" in name for name in names)
    assert not [name for name in names if "grad_fn" in name]


def test_loading_says_nothing_of_gradients_and_changes_no_verbosity(
    folder, caplog
):
    verbosity = logging.get_verbosity()
    tf.saved_model.load(str(folder))
    assert "gradient" in caplog.text
    caplog.clear()
    load_saved_model(folder)
    assert caplog.text == ""
    assert logging.get_verbosity() == verbosity


@pytest.mark.parametrize("size", [(1, 1), (300, 1), (8, 8), (33, 70)])
def test_floats_equal_keras_at_any_size(loaded, network, size):
    images = np.random.default_rng(1).uniform(-1, 1, (2, *size, 3))
    images = images.astype("float32")
    translated = loaded.signatures["translate_float"](
        images=tf.constant(images)
    )["images"]
    np.testing.assert_allclose(translated, network(images), atol=1e-5)


@pytest.mark.parametrize("kind", ["PNG", "JPEG"])
def test_files_of_different_sizes_in_one_batch(
    loaded, network, image, kind, tmp_path
):
    images = [image, image[:1, :1], image[:9]]
    for file, answer in zip(
        (encoded(p, kind) for p in images),
        as_bytes(loaded, [encoded(p, kind) for p in images]),
        strict=True,
    ):
        path = tmp_path / f"image.{kind.lower()}"
        path.write_bytes(file)
        expected = translate(network, path).astype(int)
        assert answer.startswith(b"\x89PNG")
        assert np.abs(decoded(answer) - expected).max() <= 1


def test_alpha_is_dropped_as_in_python(loaded, image):
    alpha = np.dstack([image, image[..., :1]])
    with_alpha, without = as_bytes(loaded, [encoded(alpha), encoded(image)])
    assert with_alpha == without


def test_runs_without_semst_tf_and_keras(folder, network, image, tmp_path):
    np.save(tmp_path / "in.npy", image[None])
    subprocess.run(
        [sys.executable, "-c", PLAIN_TENSORFLOW, folder]
        + [tmp_path / "in.npy", tmp_path / "out.npy"],
        check=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )
    translated = np.load(tmp_path / "out.npy")[0].astype(int)
    assert np.abs(translated - translate(network, image)).max() <= 1


def test_holds_nothing_but_the_translator(folder, network):
    stored = tf.train.list_variables(str(folder / "variables" / "variables"))
    numbers = [np.prod(shape, dtype=int) for _, shape in stored[1:]]
    assert "object_graph" in stored[0][0].lower()
    assert sum(numbers) == network.count_params()


def test_semst_exports_averaged_weights_in_float32(tmp_path, capsys):
    average = {"training.ema_decay": 0.9}
    model = small_model("cut", dtype="mixed_bfloat16", **average)
    for variable in model.generator.trainable_variables:
        variable.assign(variable + 1.0)
    place = model.export(tmp_path / "m")
    reference = ResNetGenerator(filters=4, blocks=1, dtype="float32")
    reference.set_weights(model.average_generator.get_weights())
    images = np.random.default_rng(2).uniform(-1, 1, (1, 12, 20, 3))
    images = images.astype("float32")
    translated = load_saved_model(place)
    np.testing.assert_allclose(
        translated.translate(images), reference(images), atol=1e-5
    )
    assert "PSNR" in capsys.readouterr().out


def test_every_signature_moves_pixels_where_the_network_does(tmp_path, image):
    network = ResNetGenerator(filters=4, blocks=1, residual=True, seed=0)
    place = export.saved_model(
        network, tmp_path / "moved", tile=16, overlap=8, verbose=False
    )
    loaded = tf.saved_model.load(str(place))
    whole = translate(network, image).astype(int)
    tiled = translate(network, image, mode="tiled", tile=16).astype(int)
    for name, expected in (
        ("serving_default", whole),
        ("translate_tiled", tiled),
    ):
        images = loaded.signatures[name](images=tf.constant(image[None]))
        assert np.abs(images["images"][0].numpy() - expected).max() <= 1
    answer = decoded(as_bytes(loaded, [encoded(image)])[0])
    assert np.abs(answer - whole).max() <= 1


def test_sixteen_bits_stay_sixteen_bits(tmp_path):
    network = ResNetGenerator(
        filters=4, blocks=1, input_channels=1, output_channels=1, seed=0
    )
    place = export.saved_model(
        network, tmp_path / "deep", dtype="uint16", verbose=False
    )
    loaded = tf.saved_model.load(str(place))
    image = np.random.default_rng(3).integers(0, 65536, (9, 14, 1), "uint16")
    expected = translate(network, image).astype(int)
    translated = loaded.signatures["serving_default"](
        images=tf.constant(image[None])
    )["images"].numpy()
    assert translated.dtype == np.uint16
    assert np.abs(translated[0] - expected).max() <= 1
    answer = decoded(as_bytes(loaded, [encoded(image)])[0])
    assert np.abs(answer.astype(int) - expected).max() <= 1
    assert expected.max() > 255


def test_many_channels_have_no_file_signature(tmp_path):
    network = ResNetGenerator(
        filters=4, blocks=1, input_channels=5, output_channels=2
    )
    place = export.saved_model(network, tmp_path / "five", verbose=False)
    loaded = tf.saved_model.load(str(place))
    assert "translate_image_bytes" not in loaded.signatures
    images = tf.zeros((1, 9, 10, 5), tf.uint8)
    for name in ("serving_default", "translate_tiled"):
        translated = loaded.signatures[name](images=images)["images"]
        assert translated.shape == (1, 9, 10, 2)


def test_versions_count_up_and_nothing_is_replaced(folder, network):
    second = export.saved_model(network, folder.parent, verbose=False)
    assert (folder.name, second.name) == ("1", "2")
    before = (folder / "saved_model.pb").stat().st_mtime_ns
    with pytest.raises(ValueError, match="already"):
        export.saved_model(network, folder.parent, version=1)
    assert (folder / "saved_model.pb").stat().st_mtime_ns == before
    assert sorted(p.name for p in folder.parent.iterdir()) == ["1", "2"]


def test_overwriting_spares_folders_that_are_no_export(network, tmp_path):
    (tmp_path / "1").mkdir()
    (tmp_path / "1" / "thesis.txt").write_text("precious")
    with pytest.raises(ValueError, match="none"):
        export.saved_model(network, tmp_path, version=1, overwrite=True)
    assert (tmp_path / "1" / "thesis.txt").read_text() == "precious"


def test_broken_parity_leaves_no_export(network, tmp_path, monkeypatch):
    monkeypatch.setattr(
        sys.modules["semst_tf.export.write_saved_model"],
        "BOUNDS",
        {"float32": -1.0},
    )
    with pytest.raises(ValueError, match="does not translate as"):
        export.saved_model(network, tmp_path / "m", verbose=False)
    assert list(tmp_path.rglob("*.pb")) == []


@pytest.mark.parametrize(
    "arguments",
    [
        {"version": 0},
        {"dtype": "float32"},
        {"precision": "int8"},
        {"tile": 16, "overlap": 16},
        {"images": []},
    ],
)
def test_refuses_what_cannot_work(network, tmp_path, arguments):
    with pytest.raises(ValueError, match="Received: "):
        export.saved_model(network, tmp_path / "m", **arguments)
    assert list(tmp_path.rglob("*.pb")) == []


def test_refuses_other_models(tmp_path):
    with pytest.raises(ValueError, match="Received: "):
        export.saved_model("street.keras", tmp_path / "m")


def test_describes_itself(folder):
    config = json.loads((folder / "config.json").read_text())
    card = (folder / "model_card.md").read_text()
    parity = json.loads((folder / "parity.json").read_text())
    assert config["translator"]["config"]["filters"] == 4
    assert config["weights_sha256"] in card
    for words in ("# street", "noise", "CC0", "fid: 12.5", "8,739 weights"):
        assert words in card
    assert 0 <= parity["translate_float"]["maximum"] <= parity["bound"]


def test_warm_up_requests_run(folder, loaded):
    logs = pytest.importorskip("tensorflow_serving.apis.prediction_log_pb2")
    path = folder / "assets.extra" / "tf_serving_warmup_requests"
    names = []
    for record in tf.data.TFRecordDataset(str(path)):
        log = logs.PredictionLog.FromString(record.numpy())
        request = log.predict_log.request
        assert request.model_spec.name == "street"
        names.append(request.model_spec.signature_name)
        inputs = {
            name: tf.constant(tf.make_ndarray(tensor))
            for name, tensor in request.inputs.items()
        }
        loaded.signatures[names[-1]](**inputs)
    assert names == ["serving_default", "translate_image_bytes"]
