"""Translates images with a model that TF Serving serves.

Sends whole JPEG and PNG files to the signature translate_image_bytes and
writes the PNG files that come back. Needs neither TensorFlow nor semst_tf with
REST; gRPC needs the package tensorflow-serving-api. Examples:

  python experiments/serve_client.py --name=street --input=photo.jpg \\
      --output=translated

  python experiments/serve_client.py --protocol=grpc --server=host:8500 \\
      --name=street --input=photos --output=translated

Exit code 0: all translated. 2: wrong input, or the server refused an image,
named in one line on stderr.
"""

import base64
import http.client
import io
import itertools
import json
import pathlib
import sys
import urllib.error
import urllib.request

from absl import flags
from cli import run
from PIL import Image
from PIL import ImageCms
from PIL import ImageOps
from translation_jobs import refuse_inputs
from translation_jobs import without_output

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "server",
    None,
    "host:port. Defaults to localhost:8501 for REST, localhost:8500 for gRPC.",
)
flags.DEFINE_enum("protocol", "rest", ["rest", "grpc"], "How to talk.")
flags.DEFINE_string("name", None, "Name of the served model.", required=True)
flags.DEFINE_integer("version", None, "Version; the newest if not given.")
flags.DEFINE_string(
    "input",
    None,
    "An image, or a folder (searched with its subfolders).",
    required=True,
)
flags.DEFINE_string(
    "output", None, "Folder to write to; made if it is missing.", required=True
)
flags.DEFINE_integer("batch", 1, "Images in one request.", lower_bound=1)
flags.DEFINE_float("timeout", 300.0, "Seconds to wait for one answer.")
flags.DEFINE_bool("overwrite", False, "Replace images that are there already.")

SIGNATURE = "translate_image_bytes"
SUFFIXES = (".png", ".jpg", ".jpeg", ".webp", ".bmp", ".gif", ".tif", ".tiff")
GRPC_MESSAGE_BYTES = 2**30
"""Images are larger than the 4 MiB that gRPC allows unasked."""


def main(_):
    jobs = planned_jobs()
    translate = grpc_client() if FLAGS.protocol == "grpc" else rest_client()
    for start in range(0, len(jobs), FLAGS.batch):
        batch = jobs[start : start + FLAGS.batch]
        answers = translate([file_bytes(source) for source, _ in batch])
        for (_, place), answer in zip(batch, answers, strict=True):
            write(place, answer)
        show_progress(start + len(batch), len(jobs))
    print(f"translated {len(jobs)} images into {FLAGS.output}")


def planned_jobs():
    """Pairs every image with the PNG file that it becomes."""
    path, output = pathlib.Path(FLAGS.input), pathlib.Path(FLAGS.output)
    if path.is_dir():
        sources = sorted(
            file
            for file in path.rglob("*")
            if file.suffix.lower() in SUFFIXES and file.is_file()
        )
        root = path
        sources = without_output(sources, root, output)
    else:
        sources, root = [path] if path.is_file() else [], path.parent
    if not sources:
        raise ValueError(f"--input finds no image. Received: {path}")
    jobs = {}
    for source in sources:
        place = (output / source.relative_to(root)).with_suffix(".png")
        if place in jobs:
            raise ValueError(
                f"{jobs[place]} and {source} would both become {place}"
            )
        if place.exists() and not FLAGS.overwrite:
            raise ValueError(
                f"{place} is there already; use another --output, or "
                "--overwrite"
            )
        jobs[place] = source
    refuse_inputs(sources, jobs)
    return [(source, place) for place, source in jobs.items()]


def file_bytes(path):
    """Reads an image as a file that the server can decode, upright, in sRGB."""
    content = path.read_bytes()
    try:
        with Image.open(io.BytesIO(content)) as image:
            if image.format == "TIFF" and image.n_frames > 1:
                raise ValueError(
                    f"{path} is a TIFF stack; save one image a file. "
                    f"Received: {image.n_frames} pages"
                )
            upright = image.getexif().get(0x0112, 1) == 1
            transform = to_srgb(image)
            if not transform and upright and image.format in ("JPEG", "PNG"):
                return content
            # The server looks at neither EXIF orientation nor profile, and
            # reads neither WebP nor TIFF.
            image = ImageOps.exif_transpose(image)
            if transform:
                grey = image.mode == "L"
                image = transform.apply(image).convert("L" if grey else "RGB")
            encoded = io.BytesIO()
            image.save(encoded, "PNG", icc_profile=None)
            return encoded.getvalue()
    except (OSError, SyntaxError) as error:
        raise ValueError(f"{path} is no readable image: {error}") from error


def to_srgb(image):
    """What brings an image to sRGB by its profile, or `None`.

    As where images are trained on: a profile that means sRGB, or belongs to
    another kind of image, changes nothing.
    """
    profile = image.info.get("icc_profile")
    if not profile or image.mode not in ("L", "RGB", "CMYK"):
        return None
    try:
        transform = ImageCms.buildTransform(
            ImageCms.ImageCmsProfile(io.BytesIO(profile)),
            ImageCms.createProfile("sRGB"),
            image.mode,
            "RGB",
        )
    except (ImageCms.PyCMSError, OSError):
        return None
    levels = range(0, 256, 51)
    tried = bytes(itertools.chain(*itertools.product(levels, repeat=3)))
    if image.mode == "RGB":
        shown = transform.apply(Image.frombytes("RGB", (216, 1), tried))
        if max(abs(a - b) for a, b in zip(tried, shown.tobytes())) <= 2:
            return None
    return transform


def rest_client():
    """Returns a function from files to translated files, over REST."""
    server = FLAGS.server or "localhost:8501"
    version = f"/versions/{FLAGS.version}" if FLAGS.version else ""
    url = f"http://{server}/v1/models/{FLAGS.name}{version}:predict"

    def translate(files):
        encoded = [{"b64": base64.b64encode(f).decode()} for f in files]
        request = {
            "signature_name": SIGNATURE,
            "instances": [{"image_bytes": file} for file in encoded],
        }
        answer = post(url, request)
        try:
            return [
                base64.b64decode(prediction["b64"], validate=True)
                for prediction in answer["predictions"]
            ]
        except (KeyError, TypeError, ValueError) as error:
            raise ValueError(
                f"{url} answered something else than images: "
                f"{str(answer)[:200]}"
            ) from error

    return translate


def post(url, request):
    """Sends JSON and returns the JSON of the answer."""
    try:
        with urllib.request.urlopen(
            urllib.request.Request(
                url,
                json.dumps(request).encode(),
                {"Content-Type": "application/json"},
            ),
            timeout=FLAGS.timeout,
        ) as response:
            return json.load(response)
    except urllib.error.HTTPError as error:
        raise ValueError(
            f"the server answered {error.code}: {reason(error.read())}"
        ) from error
    except (OSError, http.client.HTTPException, ValueError) as error:
        cause = getattr(error, "reason", None) or error
        raise ValueError(f"no answer from {url}: {cause}") from error


def reason(body):
    """The message in TF Serving's error body, or the start of the body."""
    try:
        return json.loads(body)["error"]
    except (ValueError, KeyError, TypeError):
        return body[:300].decode("utf-8", "replace")


def grpc_client():
    """Returns a function from files to translated files, over gRPC."""
    try:
        import grpc
        from cli import quiet_imports

        with quiet_imports():
            import tensorflow as tf
            from tensorflow_serving.apis import predict_pb2
            from tensorflow_serving.apis import prediction_service_pb2_grpc
    except ImportError as error:
        raise ValueError(
            "gRPC needs the package tensorflow-serving-api "
            f"(pip install 'semst-tf[serving]'): {error}"
        ) from error
    server = FLAGS.server or "localhost:8500"
    channel = grpc.insecure_channel(
        server,
        options=[
            ("grpc.max_send_message_length", GRPC_MESSAGE_BYTES),
            ("grpc.max_receive_message_length", GRPC_MESSAGE_BYTES),
        ],
    )
    stub = prediction_service_pb2_grpc.PredictionServiceStub(channel)

    def translate(files):
        request = predict_pb2.PredictRequest()
        request.model_spec.name = FLAGS.name
        request.model_spec.signature_name = SIGNATURE
        if FLAGS.version:
            request.model_spec.version.value = FLAGS.version
        request.inputs["image_bytes"].CopyFrom(tf.make_tensor_proto(files))
        try:
            answer = stub.Predict(request, timeout=FLAGS.timeout)
        except grpc.RpcError as error:
            raise ValueError(
                f"{server} answered {error.code().name}: {error.details()}"
            ) from error
        return tf.make_ndarray(answer.outputs["image_bytes"])

    return translate


def write(place, content):
    """Writes an image so that a reader never sees half a file."""
    place.parent.mkdir(parents=True, exist_ok=True)
    unfinished = place.with_name(f".{place.name}.unfinished")
    try:
        unfinished.write_bytes(content)
        unfinished.replace(place)
    finally:
        unfinished.unlink(missing_ok=True)


def show_progress(done, total):
    """Draws a bar on stderr, for people only."""
    if sys.stderr.isatty():
        filled = 30 * done // total
        bar = "=" * filled + " " * (30 - filled)
        end = "\n" if done == total else ""
        print(f"\r[{bar}] {done}/{total}", end=end, file=sys.stderr)


if __name__ == "__main__":
    run(main)
