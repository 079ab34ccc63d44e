"""The SavedModel in a program that is not Python."""

import os
import pathlib
import shutil
import subprocess

import numpy as np
import pytest
import tensorflow as tf
from tensorflow.core.protobuf import saved_model_pb2

from semst_tf.inference.translate import translate

COMPILER = shutil.which("cc") or shutil.which("gcc") or shutil.which("clang")
LIBRARIES = pathlib.Path(tf.sysconfig.get_lib())
NAMES = ("libtensorflow_cc.so.2", "libtensorflow_framework.so.2")

pytestmark = pytest.mark.skipif(
    not COMPILER or not all((LIBRARIES / name).exists() for name in NAMES),
    reason="needs a C compiler and TensorFlow's C library",
)


@pytest.fixture(scope="module")
def program(tmp_path_factory):
    program = tmp_path_factory.mktemp("c") / "translate"
    source = pathlib.Path(__file__).parent / "c" / "translate.c"
    subprocess.run(
        [COMPILER, "-Wall", "-Werror", source, "-o", program]
        + [f"-I{tf.sysconfig.get_include()}", f"-L{LIBRARIES}"]
        + [f"-l:{name}" for name in NAMES]
        + [f"-Wl,-rpath,{LIBRARIES}"],
        check=True,
    )
    return program


def run(program, folder, image):
    content = (folder / "saved_model.pb").read_bytes()
    (graph,) = saved_model_pb2.SavedModel.FromString(content).meta_graphs
    signature = graph.signature_def["serving_default"]
    names = signature.inputs["images"].name, signature.outputs["images"].name
    return subprocess.run(
        [program, folder, *names, *map(str, image.shape)],
        input=image.tobytes(),
        capture_output=True,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )


def test_translates_as_python_does(program, folder, network, image):
    result = run(program, folder, image)
    assert result.returncode == 0, result.stderr
    translated = np.frombuffer(result.stdout, "uint8").reshape(image.shape)
    expected = translate(network, image).astype(int)
    assert np.abs(translated - expected).max() <= 1


def test_bad_input_is_named(program, folder, image):
    result = run(program, folder, image[..., :1])
    assert result.returncode == 1
    assert b"images of 3 channels" in result.stderr
