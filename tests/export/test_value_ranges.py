"""What stands for black and white goes into exports."""

import numpy as np
import pytest
from small import small_model

from semst_tf import export
from semst_tf.export.export_module import ExportModule
from semst_tf.export.parity import beside
from semst_tf.export.parity import read_parity
from semst_tf.export.parity import sample_images
from semst_tf.export.parity import write_parity
from semst_tf.export.saved_translator import SavedTranslator
from semst_tf.export.translator import translator_of
from semst_tf.export.value_ranges import check_ranges
from semst_tf.export.value_ranges import ranges_of
from semst_tf.export.value_ranges import warn_of_ranges
from semst_tf.inference.translate import translate


def ranged_model(dtype=None, **data):
    return small_model(
        "cut",
        dtype=dtype,
        generator={
            "input_channels": 1,
            "output_channels": 1,
            "residual": True,
            "strength": 0.0,
        },
        optimizer={"ema_decay": 0.5},
        data=data,
    )


@pytest.mark.parametrize("dtype", ["float32", "mixed_bfloat16"])
def test_graphs_map_pixels_as_translate_does(dtype):
    model = ranged_model(
        dtype, value_range="0,4095", target_value_range=(1000, 2000)
    )
    image = np.random.default_rng(0).integers(0, 6000, (1, 16, 16, 1))
    image = image.astype("uint16")
    module = ExportModule(translator_of(model), "uint16")
    exported = module.translate(image)["images"].numpy()
    expected = 1000 + np.clip(image / 4095, 0, 1) * 1000
    np.testing.assert_allclose(
        exported, expected, atol=1 + 4 * (dtype[0] == "m")
    )
    translated = translate(translator_of(model), image)
    np.testing.assert_allclose(exported.astype(int), translated, atol=1)


def test_an_exported_model_knows_its_ranges(tmp_path):
    model = ranged_model(value_range="-1000,2000")
    model.export(tmp_path / "ct")
    translator = SavedTranslator(tmp_path / "ct")
    assert translator.value_range == (-1000, 2000)
    assert translator.target_value_range is None
    values = np.full((16, 16, 1), 500, "int16")
    np.testing.assert_allclose(translate(translator, values), values, atol=1)


@pytest.mark.parametrize("name", ["a.tflite", "a.onnx"])
@pytest.mark.filterwarnings("ignore:.*")  # tf2onnx and NumPy 2
def test_files_say_what_stands_for_black_and_white(tmp_path, name):
    pytest.importorskip("ai_edge_litert" if name == "a.tflite" else "tf2onnx")
    model = ranged_model(value_range="-1000,2000", target_value_range="0,4095")
    path = tmp_path / name
    write = {"a.tflite": export.litert, "a.onnx": export.onnx}[name]
    with pytest.warns(UserWarning, match="-1000..2000 to 0..4095: scale"):
        write(model, path, size=(16, 16), verbose=False)
    facts = read_parity(path)
    assert facts["value_range"] == [-1000, 2000]
    assert facts["target_value_range"] == [0, 4095]
    if name == "a.onnx":
        import onnxruntime

        session = onnxruntime.InferenceSession(str(path))
        said = session.get_modelmeta().custom_metadata_map
        assert said["value_range"] == "-1000,2000"
        assert said["target_value_range"] == "0,4095"
    images = sample_images(1, (16, 16))
    assert export.verify(model, path, images).maximum <= 1e-4
    write_parity(beside(path), {**facts, "value_range": [0, 255]})
    with pytest.raises(ValueError, match="another `data.value_range`: 0..255"):
        export.verify(model, path, images)


def test_a_model_without_ranges_is_exported_without_a_word(recwarn):
    network = translator_of(ranged_model())
    assert ranges_of(network) == {
        "value_range": None,
        "target_value_range": None,
    }
    warn_of_ranges(network)
    # What older versions exported says nothing of ranges.
    check_ranges(network, {}, "a.tflite")
    assert not recwarn.list
