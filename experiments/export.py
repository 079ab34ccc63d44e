"""Exports a trained translator, and compares it with the model.

Formats: saved_model (TensorFlow, TF Serving, C++), litert (phones), onnx. Each
export is read back and compared with the Keras model; the figures are printed
and stored. Examples:

  python experiments/export.py --model=runs/street --output=exported/street

  python experiments/export.py --model=runs/street --output=exported/street \\
      --precision=float16

  python experiments/export.py --model=runs/street --output=street.tflite \\
      --format=litert --precision=int8 --size=256x512 --calibration=photos/game

  python experiments/export.py --model=runs/street --verify=street.tflite \\
      --input=photos/game

Exit code 0: exported, or alike. 2: wrong input or broken parity, named in one
line on stderr.
"""

import pathlib
import warnings

from absl import flags
from absl import logging
from cli import quiet_imports
from cli import run
from path_flags import check_files_to_write
from path_flags import check_folders_to_write
from path_flags import check_inputs
from path_flags import check_models
from shared_flags import define_guided_radius

FLAGS = flags.FLAGS
flags.DEFINE_string(
    "model",
    None,
    "Run directory, .keras file, SavedModel, .pth file of the CUT family, or "
    "the name of a translator that ships.",
    required=True,
)
flags.DEFINE_string(
    "output",
    None,
    "saved_model: folder that gets a numbered version. litert, onnx: file.",
)
flags.DEFINE_enum(
    "format", "saved_model", ["saved_model", "litert", "onnx"], "What to write."
)
flags.DEFINE_float(
    "strength", None, "Blend strength of translations, as in translate."
)
define_guided_radius()
flags.DEFINE_enum(
    "precision",
    "float32",
    ["float32", "float16", "int8"],
    "saved_model and litert: of the weights. int8 is for litert only.",
)
flags.DEFINE_string(
    "size",
    None,
    "litert and onnx: fixed image size, 256 or 256x512 (height x width). "
    "Any size where it is not given.",
)
flags.DEFINE_string(
    "calibration", None, "litert int8: folder of images like those to come."
)
flags.DEFINE_enum(
    "dtype", "uint8", ["uint8", "uint16"], "saved_model: type of the pixels."
)
flags.DEFINE_integer(
    "version", None, "saved_model: version number; the next one if not given."
)
flags.DEFINE_integer("tile", 512, "saved_model: side of the tiles in pixels.")
flags.DEFINE_integer("overlap", 128, "saved_model: pixels that tiles share.")
flags.DEFINE_bool(
    "winograd",
    None,
    "Convolutions that are faster on processors, slower on a GPU. "
    "saved_model: false if not given. litert of floats and one --size: true "
    "if not given.",
)
flags.DEFINE_string("trained_on", None, "saved_model: for the model card.")
flags.DEFINE_string("licence", None, "saved_model: for the model card.")
flags.DEFINE_list(
    "scores",
    [],
    "saved_model: for the model card, name=number, separated by commas: "
    "'KID x100=12.6,mIoU=0.37'.",
)
flags.DEFINE_string(
    "verify", None, "Compare this export with --model and write nothing."
)
flags.DEFINE_string(
    "input",
    None,
    "Image or folder to compare on; synthetic images if not given.",
)
flags.DEFINE_bool("overwrite", False, "Replace an export that is there.")

MOST_IMAGES = 100
"""Images of a folder, evenly spread, that a check or calibration reads."""

FORMAT_FLAGS = {
    "saved_model": ("dtype", "version", "tile", "overlap")
    + ("precision", "winograd", "trained_on", "licence", "scores"),
    "litert": ("precision", "size", "calibration", "winograd"),
    "onnx": ("size",),
}


def main(_):
    check_flags()
    # The exporters' own notes would bury the figures.
    logging.set_verbosity(logging.WARNING)
    with quiet_imports():
        from semst_tf.loading.load_network import load_network
    model = load_network(FLAGS.model, FLAGS.strength, FLAGS.guided_radius)
    # A warning about int8 is for the person, not for a log.
    warnings.showwarning = lambda message, *_, **__: print(f"note: {message}")
    warnings.simplefilter("ignore")
    warnings.simplefilter("always", UserWarning)
    try:
        verify(model) if FLAGS.verify else export(model)
    except ImportError as error:
        # An optional package is missing, which is not a defect.
        raise ValueError(str(error)) from error


def check_flags():
    """Refuses flags that would do nothing."""
    if bool(FLAGS.output) == bool(FLAGS.verify):
        raise ValueError("one of --output and --verify is needed (try --help)")
    allowed = () if FLAGS.verify else FORMAT_FLAGS[FLAGS.format]
    for name in sorted({n for names in FORMAT_FLAGS.values() for n in names}):
        if FLAGS[name].present and name not in allowed:
            purpose = "--verify" if FLAGS.verify else f"--format={FLAGS.format}"
            raise ValueError(f"--{name} has no use with {purpose}")
    parsed_size(FLAGS.size)
    parsed_scores(FLAGS.scores)
    check_models("model")
    check_inputs("verify", "input", "calibration")
    if FLAGS.format == "saved_model":
        check_folders_to_write("output")
    else:
        check_files_to_write("output")


def parsed_scores(parts):
    """Dict from names to numbers of name=number."""
    try:
        pairs = (part.rsplit("=", 1) for part in parts)
        return {name.strip(): float(number) for name, number in pairs}
    except ValueError as error:
        raise ValueError(
            "--scores is name=number, separated by commas. "
            f"Received: {','.join(parts)}"
        ) from error


def export(model):
    """Writes what --format says; the exporters print the parity."""
    from semst_tf import export

    common = {
        "images": images(FLAGS.input, model) if FLAGS.input else None,
        "overwrite": FLAGS.overwrite,
    }
    if FLAGS.format == "saved_model":
        export.saved_model(
            model,
            FLAGS.output,
            version=FLAGS.version,
            dtype=FLAGS.dtype,
            tile=FLAGS.tile,
            overlap=FLAGS.overlap,
            precision=FLAGS.precision,
            winograd=bool(FLAGS.winograd),
            trained_on=FLAGS.trained_on,
            licence=FLAGS.licence,
            metrics=parsed_scores(FLAGS.scores),
            **common,
        )
    elif FLAGS.format == "litert":
        folder = FLAGS.calibration
        export.litert(
            model,
            FLAGS.output,
            precision=FLAGS.precision,
            size=parsed_size(FLAGS.size),
            calibration=images(folder, model) if folder else None,
            winograd=FLAGS.winograd,
            **common,
        )
    else:
        export.onnx(model, FLAGS.output, size=parsed_size(FLAGS.size), **common)


def verify(model):
    """Repeats the check of an export."""
    from semst_tf import export
    from semst_tf.export.parity import sample_images

    samples = (
        images(FLAGS.input, model)
        if FLAGS.input
        else sample_images(model.input_channels, (512, 512))
    )
    print(f"{FLAGS.verify}: {export.verify(model, FLAGS.verify, samples)}")


def images(place, model):
    """Reads an image, or images of a folder, in [-1, 1]."""
    from semst_tf.data import ImageCollection

    path = pathlib.Path(place)
    collection = ImageCollection(
        [path] if path.is_file() else path,
        channels=model.input_channels,
        value_range=getattr(model, "value_range", None),
    )
    count = min(len(collection), MOST_IMAGES)
    numbers = [i * len(collection) // count for i in range(count)]
    return [
        collection.to_unit_range(collection.load(number)) for number in numbers
    ]


def parsed_size(text):
    """Reads 256 or 256x512 as (height, width)."""
    if text is None:
        return None
    numbers = text.split("x")
    if len(numbers) > 2 or not all(n.isdecimal() for n in numbers):
        raise ValueError(
            f"--size takes 256 or 256x512 (height x width). Received: {text}"
        )
    return int(numbers[0]), int(numbers[-1])


if __name__ == "__main__":
    run(main)
