"""The client against TF Serving's contract; no TF Serving is needed."""

import base64
import io
import json
import os
import socket
import subprocess
import sys
import urllib.request
from concurrent import futures
from pathlib import Path

import numpy as np
import pytest
import tensorflow as tf
from encoded_images import decoded
from encoded_images import encoded
from PIL import Image
from PIL import ImageCms
from scripts import imported_script
from serving_server import serving

from semst_tf import export
from semst_tf.inference.translate import translate
from semst_tf.networks import ResNetGenerator

SCRIPT = Path(__file__).parents[2] / "experiments" / "serve_client.py"


@pytest.fixture(scope="module")
def network():
    return ResNetGenerator(filters=4, blocks=1, seed=0)


@pytest.fixture(scope="module")
def loaded(network, tmp_path_factory):
    folder = tmp_path_factory.mktemp("models") / "street"
    place = export.saved_model(network, folder, verbose=False)
    return tf.saved_model.load(str(place))


@pytest.fixture(scope="module")
def server(loaded):
    with serving("street", loaded) as address:
        yield address


@pytest.fixture
def images(tmp_path):
    random = np.random.default_rng(0)
    folder = tmp_path / "images"
    (folder / "deep").mkdir(parents=True)
    for name, shape in (("a.png", (9, 14, 3)), ("deep/b.png", (20, 11, 3))):
        image = random.integers(0, 256, shape, "uint8")
        (folder / name).write_bytes(encoded(image))
    return folder


def client(*arguments):
    return subprocess.run(
        [sys.executable, SCRIPT, *map(str, arguments)],
        capture_output=True,
        text=True,
        timeout=600,
        env={**os.environ, "TF_CPP_MIN_LOG_LEVEL": "3"},
    )


def rest(server, source, output, *more):
    return client(
        f"--server={server}",
        "--name=street",
        f"--input={source}",
        f"--output={output}",
        *more,
    )


def assert_translated(network, source, translated):
    expected = translate(network, source).astype(int)
    assert np.abs(decoded(translated.read_bytes()) - expected).max() <= 1


def assert_one_line(result, *words):
    assert result.returncode == 2, result.stderr
    assert result.stderr.startswith("serve_client: ")
    assert result.stderr.count("\n") == 1
    for word in words:
        assert word in result.stderr


@pytest.mark.parametrize("batch", [1, 2])
def test_folder_over_rest(server, network, images, tmp_path, batch):
    output = tmp_path / "out"
    result = rest(server, images, output, f"--batch={batch}", "--version=1")
    assert (result.returncode, result.stderr) == (0, "")
    for name in ("a.png", "deep/b.png"):
        assert_translated(network, images / name, output / name)


def test_rotated_photo_comes_back_upright(server, network, tmp_path):
    source = tmp_path / "photo.jpg"
    exif = Image.Exif()
    exif[0x0112] = 6
    gradient = np.zeros((12, 30, 3), "uint8") + np.arange(30)[:, None] * 8
    Image.fromarray(gradient.astype("uint8")).save(source, exif=exif)
    assert rest(server, source, tmp_path / "out").returncode == 0
    assert_translated(network, source, tmp_path / "out" / "photo.png")


def test_refused_image_is_one_line(server, images, tmp_path):
    grey = np.zeros((8, 8, 1), "uint8")
    (images / "a.png").write_bytes(encoded(grey))
    result = rest(server, images, tmp_path / "out")
    assert_one_line(result, "400", "images of 3 channels")
    assert list((tmp_path / "out").glob("*")) == []


def test_wrong_input_is_one_line(server, images, tmp_path):
    output = tmp_path / "out"
    output.mkdir()
    (output / "a.png").write_text("precious")
    assert_one_line(rest(server, images, output), "--overwrite")
    assert (output / "a.png").read_text() == "precious"
    assert_one_line(rest(server, tmp_path / "missing", output), "no image")
    (images / "a.png").write_text("text")
    assert_one_line(rest(server, images, tmp_path / "b"), "a.png")


def test_no_such_model_version_or_server(server, images, tmp_path):
    output = tmp_path / "out"
    result = rest(server, images, output, "--version=7")
    assert_one_line(result, "404", "not found")
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        address = f"127.0.0.1:{unused.getsockname()[1]}"
        assert_one_line(rest(address, images, output), address)
    assert not output.exists()


def test_folder_over_grpc(loaded, network, images, tmp_path):
    grpc = pytest.importorskip("grpc")
    service = pytest.importorskip(
        "tensorflow_serving.apis.prediction_service_pb2_grpc"
    )
    from tensorflow_serving.apis import predict_pb2

    class Servicer(service.PredictionServiceServicer):
        def Predict(self, request, context):
            signature = loaded.signatures[request.model_spec.signature_name]
            files = tf.make_ndarray(request.inputs["image_bytes"])
            try:
                result = signature(image_bytes=tf.constant(files))
            except tf.errors.InvalidArgumentError as error:
                context.abort(grpc.StatusCode.INVALID_ARGUMENT, str(error))
            answer = predict_pb2.PredictResponse()
            answer.outputs["image_bytes"].CopyFrom(
                tf.make_tensor_proto(result["image_bytes"])
            )
            return answer

    server = grpc.server(futures.ThreadPoolExecutor(1))
    service.add_PredictionServiceServicer_to_server(Servicer(), server)
    port = server.add_insecure_port("127.0.0.1:0")
    server.start()
    try:
        arguments = (f"127.0.0.1:{port}", images, tmp_path / "out")
        result = rest(*arguments, "--protocol=grpc", "--batch=2")
        assert result.returncode == 0, result.stderr
        for name in ("a.png", "deep/b.png"):
            assert_translated(network, images / name, tmp_path / "out" / name)
        (images / "a.png").write_bytes(encoded(np.zeros((8, 8, 1), "uint8")))
        result = rest(*arguments, "--protocol=grpc", "--overwrite")
        assert_one_line(result, "INVALID_ARGUMENT", "images of 3 channels")
    finally:
        server.stop(None)


def post(server, body):
    request = urllib.request.Request(
        f"http://{server}/v1/models/street:predict", json.dumps(body).encode()
    )
    with urllib.request.urlopen(request, timeout=60) as response:
        return json.load(response)


def test_pixels_as_rows_and_as_columns(server, network):
    image = np.random.default_rng(1).integers(0, 256, (5, 6, 3), "uint8")
    rows = post(server, {"instances": [image.tolist()]})
    columns = post(server, {"inputs": {"images": [image.tolist()]}})
    assert rows["predictions"] == columns["outputs"]
    expected = translate(network, image).astype(int)
    assert np.abs(np.array(rows["predictions"][0]) - expected).max() <= 1


def test_files_as_columns_come_back_in_base64(server):
    file = encoded(np.zeros((5, 6, 3), "uint8"))
    body = {
        "signature_name": "translate_image_bytes",
        "inputs": [{"b64": base64.b64encode(file).decode()}] * 2,
    }
    answers = post(server, body)["outputs"]
    images = [decoded(base64.b64decode(answer["b64"])) for answer in answers]
    assert [p.shape for p in images] == [(5, 6, 3)] * 2


def test_rest_needs_no_tensorflow():
    """Importing the script loads neither TensorFlow nor semst_tf."""
    code = (
        "import sys; sys.path.insert(0, sys.argv[1]); import serve_client; "
        "print('tensorflow' in sys.modules or 'semst_tf' in sys.modules)"
    )
    result = subprocess.run(
        [sys.executable, "-c", code, str(SCRIPT.parent)],
        capture_output=True,
        text=True,
        check=True,
    )
    assert result.stdout == "False\n"


def file_bytes(path):
    with imported_script("serve_client") as (_, script):
        return script.file_bytes(path)


@pytest.mark.parametrize("suffix", ["jpg", "png", "tif"])
def test_what_is_sent_is_in_srgb(tmp_path, suffix):
    srgb = ImageCms.ImageCmsProfile(ImageCms.createProfile("sRGB")).tobytes()
    swapped = srgb.replace(b"rXYZ", b"____", 1).replace(b"bXYZ", b"rXYZ", 1)
    swapped = swapped.replace(b"____", b"bXYZ", 1)
    path = tmp_path / f"a.{suffix}"
    for profile, colour in ((swapped, (10, 40, 200)), (srgb, (200, 40, 10))):
        Image.new("RGB", (16, 16), (200, 40, 10)).save(
            path, icc_profile=profile
        )
        sent = file_bytes(path)
        image = Image.open(io.BytesIO(sent)).convert("RGB")
        np.testing.assert_allclose(image.getpixel((5, 5)), colour, atol=8)
        if suffix != "tif":  # Sent as it is where nothing is to be done.
            assert (sent == path.read_bytes()) == (profile == srgb)


def test_a_stack_is_not_sent_as_its_first_page(tmp_path):
    pages = [Image.new("L", (8, 8), shade) for shade in (1, 2, 3)]
    path = tmp_path / "stack.tif"
    pages[0].save(path, save_all=True, append_images=pages[1:])
    with pytest.raises(ValueError, match="Received: 3 pages"):
        file_bytes(path)
