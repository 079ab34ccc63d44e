"""Export as a LiteRT (TensorFlow Lite) file for phones and small devices."""

import math
import pathlib
import tempfile
import warnings

import tensorflow as tf

from semst_tf.export.exported import Exported
from semst_tf.export.litert_operators import with_litert_operators
from semst_tf.export.parity import beside
from semst_tf.export.parity import measure
from semst_tf.export.parity import sample_images
from semst_tf.export.parity import write_parity
from semst_tf.export.place import check_free
from semst_tf.export.translator import translator_of
from semst_tf.export.value_ranges import ranges_of
from semst_tf.export.value_ranges import warn_of_ranges
from semst_tf.layers.conv2d import fewest_channels
from semst_tf.networks.weights_hash import weights_hash
from semst_tf.storage.atomic_files import replacing

WINOGRAD_CHANNELS = 128
"""From so many on products are faster; with 64, moving the data takes it."""

BOUNDS = {"float32": 1e-4, "float16": 5e-2}
"""Largest absolute difference from Keras, in [-1, 1], that is accepted."""

INT8_BOUND = 0.04
"""Mean absolute difference, in [-1, 1], above which int8 warns: 5 of 255."""

# Rounding statistics to 8 bits shifts whole feature maps; the convolutions,
# where time and size are, lose little. What stands between two of these
# operators belongs here too: each step to integers and back takes a pass
# over the feature maps and rounds once more.
_NORMALISATION = ("MEAN", "SQUARED_DIFFERENCE", "RSQRT")
_BRANCHES = ("ADD", "SUB", "MUL", "ABS")
_RESAMPLING = ("RESIZE_BILINEAR", "AVERAGE_POOL_2D")
_ACTIVATIONS = ("TANH", "LOGISTIC", "LOG", "RELU_N1_TO_1")
# Of the last convolution, which computes 2 x 2 pixels at once, and of the
# gain and offsets that it computes.
_BLOCKS = ("RESHAPE", "TRANSPOSE", "SPLIT_V")
_FLOAT_OPERATORS = (
    _NORMALISATION + _BRANCHES + _RESAMPLING + _ACTIVATIONS + _BLOCKS
)
# Of a guided filter, too: its covariances are small differences. Without one,
# padding concatenates, which integers do as well.
_GUIDED_OPERATORS = ("DIV", "MAXIMUM", "CONCATENATION", "SPLIT")


def litert(
    model,
    path,
    precision="float32",
    size=None,
    calibration=None,
    images=None,
    overwrite=False,
    verbose=True,
    winograd=None,
):
    """Exports the translator of a model as a LiteRT file.

    Input and output are float32 `(1, height, width, channels)` in [-1, 1] in
    every precision, named `images`. Built-in operators only. With `"int8"`
    convolutions are 8-bit integers, and normalisation stays in float: in full
    integer arithmetic it costs most of the accuracy (`docs/export.md`).

    The file is read back with the LiteRT runtime and compared with Keras; the
    figures are stored beside it as `<name>.parity.json`, with the value
    ranges that the model was trained with.

    Args:
        model: `SemST` or a translating network.
        path: Path of the file, ending in `.tflite`.
        precision: str. `"float32"`, `"float16"` (weights at half the size) or
            `"int8"`. Defaults to `"float32"`.
        size: Pair (height, width), or `None` for any size. A fixed size is
            faster; `"int8"` needs one. Defaults to `None`.
        calibration: For `"int8"`, list of float32 arrays `(height, width,
            channels)` in [-1, 1], at least `size`: images like those that
            will be translated. A hundred are plenty.
        images: List of such arrays to compare on, or `None` for the
            calibration's, or else synthetic ones.
        overwrite: bool. Replace a file that exists. Defaults to `False`.
        verbose: bool. Print the parity. Defaults to `True`.
        winograd: bool. Export the convolutions of 3 x 3 with 128 channels or
            more as Keras takes them on processors, with a quarter of the
            multiplications: nearly twice as fast there. For floats and a
            fixed size. With `False` they are convolutions, as a GPU likes
            them. Defaults to `None`, which is `True` where it can be.

    Returns:
        `Parity`.

    Raises:
        ValueError: If an argument does not fit, the file exists, or the
            translation differs by more than 1e-4 (float32) or 0.05 (float16).
        ImportError: If the LiteRT runtime is not installed.

    Warns:
        UserWarning: If the mean absolute error of int8 exceeds 0.04, or the
            model was trained with value ranges, which are not in the graph.

    Example:

    ```python
    semst_tf.export.litert(model, "street.tflite", "float16", (256, 512))
    ```
    """
    path = pathlib.Path(path)
    _check_arguments(path, precision, size, calibration, winograd)
    if winograd is None:
        winograd = _may_be_winograd(precision, size)
    check_free(path, overwrite)
    _interpreter_class()
    with fewest_channels(WINOGRAD_CHANNELS if winograd else math.inf):
        parity = _written(
            translator_of(model),
            path,
            precision,
            size,
            calibration,
            images,
            winograd,
        )
    if verbose:
        print(f"LiteRT {precision} {path}: {parity}")
    return parity


def _written(network, path, precision, size, calibration, images, winograd):
    """Writes the file and its facts, and returns the parity."""
    exact = Exported(network, size)
    if calibration is not None:
        calibration = exact.fitted(calibration)
    if images is None:
        images = calibration or sample_images(network.input_channels, size)
    images = exact.fitted(images)
    content = _convert(network, precision, size, calibration)
    path.parent.mkdir(parents=True, exist_ok=True)
    with replacing(path) as unfinished:
        unfinished.write_bytes(content)
        exported = load_litert(unfinished)
        parity = measure(network, exported.translate, images)
        check_precision(parity, precision)
        write_parity(
            beside(path),
            {
                "precision": precision,
                "size": list(size) if size else None,
                "winograd": winograd,
                "weights_sha256": weights_hash(network),
                **ranges_of(network),
                "translate": parity.to_dict(),
            },
        )
    warn_of_ranges(network)
    return parity


def load_litert(path, threads=None):
    """Loads a LiteRT file.

    Args:
        path: Path of the file.
        threads: int or `None`. Threads that it may use; the runtime's default
            if `None`.

    Returns:
        `Exported`.

    Raises:
        ValueError: If it cannot be read.
        ImportError: If the LiteRT runtime is not installed.
    """
    interpreter = _interpreter_class()(str(path), num_threads=threads)
    given = interpreter.get_input_details()[0]
    made = interpreter.get_output_details()[0]
    height, width = (int(length) for length in given["shape_signature"][1:3])
    interpreter.allocate_tensors()

    def translate(images):
        if height < 0 or width < 0:
            interpreter.resize_tensor_input(given["index"], images.shape)
            interpreter.allocate_tensors()
        interpreter.set_tensor(given["index"], images)
        interpreter.invoke()
        return interpreter.get_tensor(made["index"])

    fixed = height > 0 and width > 0
    return Exported(translate, (height, width) if fixed else None)


def check_precision(parity, precision):
    """Raises, or for int8 warns, if a translation differs too much.

    Raises:
        ValueError: If a floating-point export exceeds its bound, or any
            holds NaN.
    """
    if precision == "int8":
        if parity.mean > INT8_BOUND:
            warnings.warn(
                f"int8 differs from Keras by more than {INT8_BOUND} on "
                f"average: {parity}. More or other calibration images may "
                "help; float16 is the safe choice.",
                stacklevel=3,
            )
        broken = parity.maximum != parity.maximum
    else:
        # `not <=` is true for NaN too.
        broken = not parity.maximum <= BOUNDS[precision]
    if broken:
        raise ValueError(
            f"The LiteRT {precision} model does not translate as the Keras "
            f"model does. Received: {parity}"
        )


def _check_arguments(path, precision, size, calibration, winograd):
    if path.suffix != ".tflite":
        raise ValueError(f"LiteRT files end in .tflite. Received: {path}")
    if precision not in (*BOUNDS, "int8"):
        raise ValueError(
            "`precision` must be 'float32', 'float16' or 'int8'. "
            f"Received: precision={precision!r}"
        )
    if size is not None and (len(size) != 2 or min(size) < 1):
        raise ValueError(
            "`size` is a pair (height, width) of positive integers, or None. "
            f"Received: size={size!r}"
        )
    if winograd and not _may_be_winograd(precision, size):
        raise ValueError(
            "`winograd` is for float32 or float16 and a fixed `size`. "
            f"Received: precision={precision!r}, size={size}"
        )
    if precision == "int8" and (size is None or not calibration):
        raise ValueError(
            "int8 needs a fixed `size` and `calibration` images. Received: "
            f"size={size}, {len(calibration or ())} images"
        )
    if precision != "int8" and calibration is not None:
        raise ValueError(
            f"`calibration` is for int8 only. Received: precision={precision!r}"
        )


def _may_be_winograd(precision, size):
    return precision in BOUNDS and size is not None


def _convert(network, precision, size, calibration):
    """Returns the bytes of the LiteRT file."""
    with tempfile.TemporaryDirectory() as folder:
        _save(with_litert_operators(network), folder, size)
        if precision == "int8":
            guided = getattr(network, "guided_radius", None) is not None
            kept = _FLOAT_OPERATORS + (_GUIDED_OPERATORS if guided else ())
            return _quantized(folder, calibration, kept)
        converter = _converter(folder)
        if precision == "float16":
            converter.optimizations = [tf.lite.Optimize.DEFAULT]
            converter.target_spec.supported_types = [tf.float16]
        return converter.convert()


def _save(network, folder, size):
    """Saves the network as the converter likes it: with one signature."""
    height, width = size or (None, None)
    shape = (1, height, width, network.input_channels)
    module = tf.Module()
    module.weights = [variable.value for variable in network.variables]
    signature = tf.function(
        lambda images: {"images": network(images)},
        input_signature=[tf.TensorSpec(shape, tf.float32, name="images")],
    )
    tf.saved_model.save(
        module,
        folder,
        signature.get_concrete_function(),
        tf.saved_model.SaveOptions(experimental_custom_gradients=False),
    )


def _converter(folder):
    converter = tf.lite.TFLiteConverter.from_saved_model(folder)
    converter.target_spec.supported_ops = [tf.lite.OpsSet.TFLITE_BUILTINS]
    return converter


def _quantized(folder, calibration, float_operators):
    def batches():
        return ([image[None]] for image in calibration)

    converter = _converter(folder)
    converter.optimizations = [tf.lite.Optimize.DEFAULT]
    converter.representative_dataset = batches
    debugging = tf.lite.experimental
    with warnings.catch_warnings():
        # It runs TensorFlow's own interpreter, which is deprecated; no
        # figure comes from there.
        warnings.simplefilter("ignore")
        # The converter itself cannot leave operators in float.
        debugger = debugging.QuantizationDebugger(
            converter=converter,
            debug_dataset=batches,
            debug_options=debugging.QuantizationDebugOptions(
                denylisted_ops=list(float_operators)
            ),
        )
        return debugger.get_nondebug_quantized_model()


def _interpreter_class():
    try:
        from ai_edge_litert.interpreter import Interpreter
    except ImportError as error:
        raise ImportError(
            "The LiteRT runtime is needed to check the export: "
            "pip install 'semst-tf[litert]'."
        ) from error
    return Interpreter
