"""Model files from strangers: refused before anything in them runs."""

import json
import pathlib
import zipfile

import keras
import pytest
from small import small_model

from semst_tf.loading.load_translator import load_translator
from semst_tf.networks import ResNetGenerator


@pytest.fixture(scope="module")
def sound(tmp_path_factory):
    path = tmp_path_factory.mktemp("sound") / "model.keras"
    small_model("tiny").save(path)
    return path


def forged(sound, path, change):
    """A copy of a model file with another description in it."""
    with zipfile.ZipFile(sound) as whole, zipfile.ZipFile(path, "w") as forgery:
        for name in whole.namelist():
            content = whole.read(name)
            if name == "config.json":
                description = json.loads(content)
                change(description)
                content = json.dumps(description)
            forgery.writestr(name, content)
    return path


def becomes(module, class_name, registered_name=None, **config):
    return lambda description: description.update(
        module=module,
        class_name=class_name,
        registered_name=registered_name,
        config=config,
    )


def holds(place, module, class_name, **config):
    """Puts another object into the arguments of a translator."""
    value = {
        "module": module,
        "class_name": class_name,
        "config": config,
        "registered_name": None,
    }
    return lambda description: description["config"].update({place: value})


LAMBDA = {"function": {"class_name": "__lambda__", "config": {"code": "4wAA"}}}

FORGERIES = {
    "lambda": becomes("keras.layers", "Lambda", **LAMBDA),
    "saved_model": becomes(
        "keras.layers", "TFSMLayer", filepath="/tmp/elsewhere"
    ),
    "system": becomes("os", "system", command="true"),
    "function": becomes("builtins", "function", name="eval"),
    "run": becomes("subprocess", "Popen", args=["true"]),
    "utility": becomes("keras.utils", "get_file", fname="x", origin="file:/"),
    "vocabulary": becomes(
        "keras.layers", "StringLookup", vocabulary="/etc/passwd"
    ),
    "sequential": becomes("keras", "Sequential", layers=[]),
    "pretended_name": becomes("os", "system", "semst_tf>Unheard"),
    "other_name": becomes("os", "system", "elsewhere>SemST"),
    "no_name": becomes("os", "system", ["semst_tf>SemST"]),
    "dtype_lambda": holds("dtype", "keras.layers", "Lambda", **LAMBDA),
    "dtype_system": holds("dtype", "os", "system", command="true"),
    "config_saved_model": holds(
        "config", "keras.layers", "TFSMLayer", filepath="/tmp/elsewhere"
    ),
}


@pytest.mark.parametrize("name", FORGERIES)
def test_forged_keras_files_are_refused(sound, tmp_path, name, monkeypatch):
    path = forged(sound, tmp_path / f"{name}.keras", FORGERIES[name])

    def never(*_, **__):
        raise AssertionError("Keras was given the file")

    monkeypatch.setattr(keras.saving, "load_model", never)
    with pytest.raises(ValueError, match=f"Received: .*{name}.keras"):
        load_translator(path)


@pytest.mark.parametrize("content", [b"[]", b"3", b"{}", b"{", b"\xff", b""])
def test_descriptions_that_are_none_are_refused(sound, tmp_path, content):
    path = tmp_path / "odd.keras"
    with zipfile.ZipFile(sound) as whole, zipfile.ZipFile(path, "w") as odd:
        odd.writestr("config.json", content)
        odd.writestr("model.weights.h5", whole.read("model.weights.h5"))
    with pytest.raises(ValueError, match="Received: .*odd.keras"):
        load_translator(path)


def test_a_description_without_end_is_refused_unread(tmp_path):
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
        bomb.writestr("config.json", b" " * 2**26)
    with pytest.raises(ValueError, match="Received: .*bomb.keras"):
        load_translator(path)


def test_weights_that_unpack_to_far_more_are_refused(sound, tmp_path):
    path = tmp_path / "bomb.keras"
    with zipfile.ZipFile(sound) as whole:
        with zipfile.ZipFile(path, "w", zipfile.ZIP_DEFLATED) as bomb:
            for name in ("metadata.json", "config.json"):
                bomb.writestr(name, whole.read(name))
            bomb.writestr("model.weights.h5", b"\0" * 2**27)
    with pytest.raises(ValueError, match="Received: .*bomb.keras"):
        load_translator(path)


tensorflow_only = pytest.mark.skipif(
    keras.backend.backend() != "tensorflow", reason="SavedModels"
)


@pytest.fixture(scope="module")
def exported(tmp_path_factory):
    if keras.backend.backend() != "tensorflow":
        pytest.skip("SavedModels need TensorFlow")
    from semst_tf.export import saved_model

    folder = tmp_path_factory.mktemp("exported") / "small"
    return saved_model(ResNetGenerator(4, 1), folder, verbose=False)


def test_our_own_exports_load(exported):
    assert load_translator(exported).input_channels == 3
    assert load_translator(exported.parent).output_channels == 3


def test_the_shipped_model_loads():
    folder = pathlib.Path(__file__).parents[2] / "saved_models"
    pytest.importorskip("tensorflow")
    assert load_translator(folder / "colour2vintage").input_channels == 3


def write_module(folder, effect, resource=False):
    """A SavedModel that has the signature of an export and an effect."""
    import tensorflow as tf

    class Stranger(tf.Module):
        def __init__(self):
            super().__init__()
            if resource:
                table = tf.lookup.KeyValueTensorInitializer([1], [2])
                self.table = tf.lookup.StaticHashTable(table, 0)

        @tf.function(input_signature=[tf.TensorSpec([None] * 4)])
        def translate(self, images):
            effect(tf)
            return {"images": images}

    module = Stranger()
    signatures = {"translate_float": module.translate}
    tf.saved_model.save(module, str(folder), signatures)
    return folder


EFFECTS = {
    "WriteFile": lambda tf, trace: tf.io.write_file(trace, "here"),
    "ReadFile": lambda tf, trace: tf.print(tf.io.read_file(trace)),
    "MatchingFiles": lambda tf, trace: tf.print(tf.io.matching_files(trace)),
    "EagerPyFunc": lambda tf, trace: tf.py_function(print, [trace], []),
    "SaveV2": lambda tf, trace: tf.raw_ops.SaveV2(
        prefix=trace, tensor_names=["a"], shape_and_slices=[""], tensors=[1.0]
    ),
    "RestoreV2": lambda tf, trace: tf.print(
        tf.raw_ops.RestoreV2(
            prefix=trace,
            tensor_names=["a"],
            shape_and_slices=[""],
            dtypes=[tf.float32],
        )
    ),
    "TextLineDataset": lambda tf, trace: tf.print(
        tf.data.TextLineDataset(trace).reduce(0, lambda count, _: count + 1)
    ),
}


@tensorflow_only
@pytest.mark.parametrize("name", EFFECTS)
def test_saved_models_with_effects_are_refused(tmp_path, name, monkeypatch):
    import tensorflow as tf

    trace = str(tmp_path / "trace")
    folder = write_module(
        tmp_path / "stranger", lambda tf: EFFECTS[name](tf, trace)
    )

    def never(*_, **__):
        raise AssertionError("TensorFlow was given the folder")

    monkeypatch.setattr(tf.saved_model, "load", never)
    with pytest.raises(ValueError, match=f"Received: .*stranger.*{name}"):
        load_translator(folder)
    assert not pathlib.Path(trace).exists()


@tensorflow_only
def test_saved_models_that_run_something_on_load_are_refused(tmp_path):
    folder = write_module(tmp_path / "stranger", lambda tf: None, resource=True)
    with pytest.raises(ValueError, match="a resource"):
        load_translator(folder)


@tensorflow_only
@pytest.mark.parametrize("content", [b"\xff" * 99, b"text, no graph"])
def test_damaged_saved_models_are_refused(tmp_path, content):
    (tmp_path / "saved_model.pb").write_bytes(content)
    with pytest.raises(ValueError, match="Received: "):
        load_translator(tmp_path)
